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

/** The wanted stage, else the first working stage of its pipeline, else of the main pipeline; null = no pipeline at all. */
export function stageNow(wanted: { pipelineId: number; statusId: number }, pipelines: Pipelines): StageNow | null {
  const own = alive(pipelines).find((p) => p.id === wanted.pipelineId);
  if (own?.statuses.some((s) => s.id === wanted.statusId && s.type === 0)) return { ...wanted, reasons: [] };
  const stage = firstStageOf(own ?? mainOf(pipelines));
  const broken = own
    ? because('stage_deleted', { pipelineId: wanted.pipelineId, statusId: wanted.statusId })
    : because('pipeline_deleted', { pipelineId: wanted.pipelineId });
  return stage && { ...stage, reasons: [broken] };
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
  const pipeline = own ?? mainOf(portal.pipelines);
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

export function firstStageOf(pipeline: Pipeline | undefined): Omit<StageNow, 'reasons'> | null {
  const stage = [...(pipeline?.statuses ?? [])]
    .sort((a, b) => a.sort - b.sort)
    .find((s) => s.type === 0 && s.id !== WON && s.id !== LOST);
  return pipeline && stage ? { pipelineId: pipeline.id, statusId: stage.id } : null;
}

const alive = (pipelines: Pipelines) => pipelines.filter((p) => !p.isArchive);

function mainOf(pipelines: Pipelines): Pipeline | undefined {
  return alive(pipelines).find((p) => p.isMain) ?? [...alive(pipelines)].sort((a, b) => a.sort - b.sort).at(0);
}
