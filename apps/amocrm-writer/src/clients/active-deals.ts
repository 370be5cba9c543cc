import type { Directory } from '../portals/portal.js';

/** Won and lost have the same ids in every pipeline (amocrm-api.md §3.3). */
const closed = new Set([142, 143]);

/** R2: not closed, not an unaccepted unsorted lead (a status of type 1). Deleted ones never get here. */
export function isActiveStage(
  { pipelineId, statusId }: { readonly pipelineId: number | null; readonly statusId: number | null },
  { pipelines }: Directory,
): boolean {
  if (statusId === null || closed.has(statusId)) return false;
  const status = pipelines
    .find((pipeline) => pipeline.id === pipelineId)
    ?.statuses.find((each) => each.id === statusId);
  return status?.type !== 1;
}
