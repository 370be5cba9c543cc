import type { Portal } from '@perezvon/contracts';

/** Where a deal or an unsorted record goes when the operator's pipeline or stage was deleted in amoCRM (R12). */

type Pipelines = Portal['pipelines'];
type Pipeline = Pipelines[number];

export interface StageNow {
  readonly pipelineId: number;
  readonly statusId: number;
  /** True when the settings' own pipeline or stage is gone: the rule is shown broken. */
  readonly fellBack: boolean;
}

/** The wanted stage, else the first working stage of its pipeline, else of the main pipeline; null = no pipeline at all. */
export function stageNow(wanted: { pipelineId: number; statusId: number }, pipelines: Pipelines): StageNow | null {
  const own = alive(pipelines).find((p) => p.id === wanted.pipelineId);
  if (own?.statuses.some((s) => s.id === wanted.statusId && s.type === 0)) return { ...wanted, fellBack: false };
  const pipeline = own ?? mainOf(pipelines);
  const status = pipeline && firstWorkingStage(pipeline);
  return status ? { pipelineId: pipeline.id, statusId: status.id, fellBack: true } : null;
}

/** The wanted pipeline, else the main one. */
export function unsortedPipelineNow(
  pipelineId: number,
  pipelines: Pipelines,
): { readonly pipelineId: number; readonly fellBack: boolean } | null {
  if (alive(pipelines).some((p) => p.id === pipelineId)) return { pipelineId, fellBack: false };
  const main = mainOf(pipelines);
  return main ? { pipelineId: main.id, fellBack: true } : null;
}

const alive = (pipelines: Pipelines) => pipelines.filter((p) => !p.isArchive);

function mainOf(pipelines: Pipelines): Pipeline | undefined {
  return alive(pipelines).find((p) => p.isMain) ?? [...alive(pipelines)].sort((a, b) => a.sort - b.sort).at(0);
}

/** Won and lost are the same ids in every pipeline (reference/amocrm-api.md §3.3). */
const WON = 142;
const LOST = 143;

function firstWorkingStage({ statuses }: Pipeline) {
  return [...statuses].sort((a, b) => a.sort - b.sort).find((s) => s.type === 0 && s.id !== WON && s.id !== LOST);
}
