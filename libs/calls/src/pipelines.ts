import type { Reason } from '@perezvon/contracts';
import { because } from './reasons.js';
import type { PortalNow } from './resolution.js';

/** Where a deal or an unsorted record goes when the operator's pipeline or stage was deleted in amoCRM (R12). */

type Pipelines = PortalNow['pipelines'];
type Pipeline = Pipelines[number];

export interface StageNow {
  readonly pipelineId: number;
  readonly statusId: number;
  readonly reasons: readonly Reason[];
}

/**
 * The wanted stage, else the first working stage of its pipeline, else of the main pipeline, else of any: a call is never
 * dropped for a pipeline that was emptied. Null = no pipeline has a working stage.
 */
export function stageNow(wanted: { pipelineId: number; statusId: number }, pipelines: Pipelines): StageNow | null {
  const { pipelineId, statusId } = wanted;
  const own = alive(pipelines).find((p) => p.id === pipelineId);
  if (own?.statuses.some((s) => s.id === statusId && s.type === 0)) return { pipelineId, statusId, reasons: [] };
  const inOwn = own && firstStageOf(own);
  if (inOwn) return { ...inOwn, reasons: [because('stage_deleted', { pipelineId, statusId })] };
  return elsewhere(
    pipelines,
    own ? because('no_working_stage', { pipelineId }) : because('pipeline_deleted', { pipelineId }),
  );
}

/** The first working stage of a pipeline that is wanted for itself, where unsorted records are not taken (R12). */
export function firstStageNow(pipeline: Pipeline, pipelines: Pipelines): StageNow | null {
  const inOwn = firstStageOf(pipeline);
  if (inOwn) return { ...inOwn, reasons: [] };
  return elsewhere(pipelines, because('no_working_stage', { pipelineId: pipeline.id }));
}

function elsewhere(pipelines: Pipelines, broken: Reason): StageNow | null {
  for (const pipeline of mainFirst(pipelines)) {
    const stage = firstStageOf(pipeline);
    if (stage) return { ...stage, reasons: [broken] };
  }
  return null;
}

export interface UnsortedPipelineNow {
  readonly pipeline: Pipeline;
  /** False = amoCRM takes no unsorted record there: a contact and a deal instead. */
  readonly takesUnsorted: boolean;
  readonly reasons: readonly Reason[];
}

/** The wanted pipeline, else the main one; null = no pipeline at all. */
export function unsortedPipelineNow(pipelineId: number, portal: PortalNow): UnsortedPipelineNow | null {
  const own = alive(portal.pipelines).find((p) => p.id === pipelineId);
  const pipeline = own ?? mainFirst(portal.pipelines).at(0);
  if (!pipeline) return null;
  const takesUnsorted = portal.isUnsortedOn !== false && pipeline.isUnsortedOn;
  return {
    pipeline,
    takesUnsorted,
    reasons: [
      ...(own ? [] : [because('pipeline_deleted', { pipelineId })]),
      ...(takesUnsorted ? [] : [because('unsorted_off', { pipelineId: pipeline.id })]),
    ],
  };
}

/** Won and lost are the same ids in every pipeline (reference/amocrm-api.md §3.3). */
const WON = 142;
const LOST = 143;

function firstStageOf({ id, statuses }: Pipeline): Omit<StageNow, 'reasons'> | null {
  const stage = [...statuses]
    .sort((a, b) => a.sort - b.sort)
    .find((s) => s.type === 0 && s.id !== WON && s.id !== LOST);
  return stage ? { pipelineId: id, statusId: stage.id } : null;
}

const alive = (pipelines: Pipelines) => pipelines.filter((p) => !p.isArchive);

const mainFirst = (pipelines: Pipelines) =>
  alive(pipelines).sort((a, b) => Number(b.isMain) - Number(a.isMain) || a.sort - b.sort);
