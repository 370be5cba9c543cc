import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { type Pipeline } from '../store/model.js';
import * as edits from '../store/pipeline-edits.js';
import {
  badRequest,
  bodyBoolean,
  bodyInteger,
  bodyText,
  chosenPortal,
  notFound,
  type ControlExchange,
} from './control-exchange.js';

/** `POST /_emulator/portal/pipelines/add` `{ name }`: with «Неразобранное», one stage and the two closed ones. */
export function addPipeline(x: ControlExchange): Answer {
  const added = edits.addPipeline(chosenPortal(x).store, { name: bodyText(x, 'name') });
  if (added === undefined) throw badRequest('the account has as many pipelines as it can have');
  return ok({ id: added.id });
}

/** `POST /_emulator/portal/pipelines/delete` `{ pipelineId }`: not with leads in it, never the last one (§3.3). */
export function deletePipeline(x: ControlExchange): Answer {
  const isDone = edits.deletePipeline(chosenPortal(x).store, pipelineOf(x));
  if (!isDone) throw badRequest('this pipeline cannot be deleted');
  return NO_CONTENT;
}

/** `POST /_emulator/portal/stages/add` `{ pipelineId, name }`: after the stages that are there, before the closed ones. */
export function addStage(x: ControlExchange): Answer {
  const added = edits.addStage(chosenPortal(x).store, pipelineOf(x), { name: bodyText(x, 'name') });
  if (added === undefined) throw badRequest('the pipeline has as many stages as it can have');
  return ok({ id: added.id });
}

/** `POST /_emulator/portal/stages/rename` `{ pipelineId, statusId, name }`. */
export function renameStage(x: ControlExchange): Answer {
  edits.changeStage(chosenPortal(x).store, pipelineOf(x), stageId(x), { name: bodyText(x, 'name') });
  return NO_CONTENT;
}

/** `POST /_emulator/portal/stages/delete` `{ pipelineId, statusId }`: its leads move to the first stage (§3.3). */
export function deleteStage(x: ControlExchange): Answer {
  const isDone = edits.deleteStage(chosenPortal(x).store, pipelineOf(x), stageId(x));
  if (!isDone) throw badRequest('this stage cannot be deleted');
  return NO_CONTENT;
}

/** `POST /_emulator/portal/unsorted` `{ pipelineId, isOn }`: «Неразобранное» of one pipeline. */
export function switchUnsorted(x: ControlExchange): Answer {
  edits.changePipeline(chosenPortal(x).store, pipelineOf(x).id, { is_unsorted_on: bodyBoolean(x, 'isOn') });
  return NO_CONTENT;
}

function pipelineOf(x: ControlExchange): Pipeline {
  const id = bodyInteger(x, 'pipelineId');
  const pipeline = chosenPortal(x).store.pipeline(id);
  if (pipeline === undefined) throw notFound(`pipeline ${id}`);
  return pipeline;
}

function stageId(x: ControlExchange): number {
  const id = bodyInteger(x, 'statusId');
  if (!pipelineOf(x).statuses.some((status) => status.id === id)) throw notFound(`stage ${id}`);
  return id;
}
