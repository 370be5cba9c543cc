import { ok, problem, Refusal, type Answer } from '../http/answer.js';
import { type Exchange, idParam } from '../http/exchange.js';
import { requestLink, selfLink } from '../http/hal.js';
import { type Pipeline, type Status } from '../store/model.js';

/** `GET /api/v4/leads/pipelines` (§3.3). */
export function listPipelines(x: Exchange): Answer {
  const pipelines = [...x.store.directory.pipelines].sort((a, b) => a.sort - b.sort);
  return ok({
    _total_items: pipelines.length,
    ...requestLink(x),
    _embedded: { pipelines: pipelines.map((pipeline) => showPipeline(x, pipeline)) },
  });
}

/** `GET /api/v4/leads/pipelines/{pipelineId}`: 404 when there is none (§2.4). */
export function getPipeline(x: Exchange): Answer {
  return ok(showPipeline(x, pipelineOf(x)));
}

/** `GET /api/v4/leads/pipelines/{pipelineId}/statuses`. */
export function listStatuses(x: Exchange): Answer {
  const pipeline = pipelineOf(x);
  const statuses = bySort(pipeline).map((status) => showStatus(x, pipeline, status));
  return ok({ _total_items: statuses.length, ...requestLink(x), _embedded: { statuses } });
}

/** `GET /api/v4/leads/pipelines/{pipelineId}/statuses/{statusId}`. */
export function getStatus(x: Exchange): Answer {
  const pipeline = pipelineOf(x);
  return ok(showStatus(x, pipeline, statusOf(x, pipeline)));
}

export function statusOf(x: Exchange, pipeline: Pipeline): Status {
  const status = pipeline.statuses.find((candidate) => candidate.id === idParam(x, 'statusId'));
  if (status === undefined) throw new Refusal(problem(404, 'Status not found'));
  return status;
}

export function pipelineOf(x: Exchange): Pipeline {
  const pipeline = x.store.pipeline(idParam(x, 'pipelineId'));
  if (pipeline === undefined) throw new Refusal(problem(404, 'Pipeline not found'));
  return pipeline;
}

/** Stages in order; «Неразобранное» disappears while it is switched off (§3.3). */
function bySort(pipeline: Pipeline): Status[] {
  return pipeline.statuses
    .filter((status) => status.type === 0 || pipeline.is_unsorted_on)
    .sort((a, b) => a.sort - b.sort);
}

export function showPipeline(x: Exchange, pipeline: Pipeline) {
  const { statuses: _, ...plain } = pipeline;
  return {
    ...plain,
    account_id: x.store.accountId,
    ...selfLink(x, `leads/pipelines/${pipeline.id}`),
    _embedded: { statuses: bySort(pipeline).map((status) => showStatus(x, pipeline, status)) },
  };
}

export function showStatus(x: Exchange, pipeline: Pipeline, status: Status) {
  return {
    ...status,
    pipeline_id: pipeline.id,
    account_id: x.store.accountId,
    ...selfLink(x, `leads/pipelines/${pipeline.id}/statuses/${status.id}`),
  };
}
