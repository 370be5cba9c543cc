import { NO_CONTENT, ok, problem, refuseInvalid, Refusal, type Answer } from '../http/answer.js';
import { type Exchange } from '../http/exchange.js';
import { requestLink } from '../http/hal.js';
import { type Pipeline } from '../store/model.js';
import * as edits from '../store/pipeline-edits.js';
import { itemsOf, objectOf, writeBatch } from './batch.js';
import { ItemReader } from './item-reader.js';
import { pipelineOf, showPipeline, showStatus, statusOf } from './pipelines.js';
import { requireAdmin } from './rights.js';

/** `POST /api/v4/leads/pipelines` (§3.3), with the stages of `_embedded.statuses`. */
export function createPipelines(x: Exchange): Answer {
  requireAdmin(x);
  return writeBatch(
    x,
    itemsOf(x),
    ({ reader, requestId }) => {
      const name = reader.string('name', { required: true, notEmpty: true }) ?? '';
      const sort = reader.integer('sort');
      const isMain = reader.boolean('is_main');
      const is_unsorted_on = reader.boolean('is_unsorted_on');
      const embedded = reader.object('_embedded', { nullable: true });
      // The closed stages, which every pipeline has, may be sent along under names of their own: those are not kept.
      const stages = (embedded?.objects('statuses') ?? []).filter((stage) => !stage.has('id')).map(readStage);
      return () => {
        const added = edits.addPipeline(x.store, { name, sort, is_unsorted_on, stages });
        if (added === undefined) throw tooMany();
        if (isMain === true) edits.changePipeline(x.store, added.id, { is_main: true });
        return { ...showPipeline(x, added), request_id: requestId };
      };
    },
    (pipelines) => ({ _total_items: pipelines.length, ...requestLink(x), _embedded: { pipelines } }),
  );
}

/** `PATCH /api/v4/leads/pipelines/{pipelineId}`. */
export function updatePipeline(x: Exchange): Answer {
  requireAdmin(x);
  const pipeline = pipelineOf(x);
  const reader = new ItemReader(objectOf(x));
  const changes = {
    name: reader.string('name', { notEmpty: true }) ?? pipeline.name,
    sort: reader.integer('sort') ?? pipeline.sort,
    is_main: reader.boolean('is_main') ?? pipeline.is_main,
    is_unsorted_on: reader.boolean('is_unsorted_on') ?? pipeline.is_unsorted_on,
  };
  refuseInvalid(reader.errors);
  edits.changePipeline(x.store, pipeline.id, changes);
  return ok(showPipeline(x, pipelineOf(x)));
}

/** `DELETE /api/v4/leads/pipelines/{pipelineId}`: not with leads in it, never the last one. */
export function deletePipeline(x: Exchange): Answer {
  requireAdmin(x);
  if (!edits.deletePipeline(x.store, pipelineOf(x))) throw new Refusal(problem(400, 'Pipeline can not be deleted'));
  return NO_CONTENT;
}

/** `POST /api/v4/leads/pipelines/{pipelineId}/statuses`. */
export function createStatuses(x: Exchange): Answer {
  requireAdmin(x);
  pipelineOf(x);
  return writeBatch(
    x,
    itemsOf(x),
    ({ reader, requestId }) => {
      const stage = readStage(reader);
      return () => {
        const pipeline = pipelineOf(x);
        const added = edits.addStage(x.store, pipeline, stage);
        if (added === undefined) throw tooMany();
        return { ...showStatus(x, pipeline, added), request_id: requestId };
      };
    },
    (statuses) => ({ _total_items: statuses.length, ...requestLink(x), _embedded: { statuses } }),
  );
}

/** `PATCH /api/v4/leads/pipelines/{pipelineId}/statuses/{statusId}`. */
export function updateStatus(x: Exchange): Answer {
  requireAdmin(x);
  const status = statusOf(x, pipelineOf(x));
  const reader = new ItemReader(objectOf(x));
  const name = reader.string('name', { notEmpty: true }) ?? status.name;
  const changes = { name, sort: reader.integer('sort'), color: reader.string('color') };
  refuseInvalid(reader.errors);
  edits.changeStage(x.store, pipelineOf(x), status.id, changes);
  return ok(showStatus(x, pipelineOf(x), statusOf(x, pipelineOf(x))));
}

/** `DELETE /api/v4/leads/pipelines/{pipelineId}/statuses/{statusId}`: its leads move to the first stage. */
export function deleteStatus(x: Exchange): Answer {
  requireAdmin(x);
  const pipeline: Pipeline = pipelineOf(x);
  const isDone = edits.deleteStage(x.store, pipeline, statusOf(x, pipeline).id);
  if (!isDone) throw new Refusal(problem(400, 'Status can not be deleted'));
  return NO_CONTENT;
}

function readStage(reader: ItemReader): edits.NewStage {
  return {
    name: reader.string('name', { required: true, notEmpty: true }) ?? '',
    sort: reader.integer('sort'),
    color: reader.string('color'),
  };
}

function tooMany(): Refusal {
  return new Refusal(problem(400, 'The limit of the account is reached'));
}
