import { LOST, WON, type Pipeline, type Status } from './model.js';
import { type PortalStore } from './portal-store.js';

const MAX_PIPELINES = 50;
const MAX_STAGES = 100;
const FIRST_STAGE = 'Первичный контакт';
const STAGE_COLORS = ['#99ccff', '#ffff99', '#ffcc66', '#ffcccc'];

export interface NewStage {
  readonly name: string;
  readonly sort?: number | undefined;
  readonly color?: string | undefined;
}

export interface NewPipeline {
  readonly name: string;
  readonly sort?: number | undefined;
  readonly is_unsorted_on?: boolean | undefined;
  /** Without any it gets one working stage. */
  readonly stages?: readonly NewStage[];
}

/** A pipeline as it is made: «Неразобранное» first, its stages, the two closed ones that all pipelines share. */
export function freshPipeline(
  id: number,
  isMain: boolean,
  asked: NewPipeline,
  stageId: (index: number) => number,
): Pipeline {
  const stages = asked.stages === undefined || asked.stages.length === 0 ? [{ name: FIRST_STAGE }] : asked.stages;
  return {
    id,
    name: asked.name,
    sort: asked.sort ?? 1,
    is_main: isMain,
    is_unsorted_on: asked.is_unsorted_on ?? true,
    is_archive: false,
    statuses: [
      { id: stageId(0), name: 'Неразобранное', sort: 10, is_editable: false, color: '#c1c1c1', type: 1 },
      ...stages.map((stage, index): Status => ({
        id: stageId(index + 1),
        name: stage.name,
        sort: stage.sort ?? (index + 2) * 10,
        is_editable: true,
        color: stage.color ?? colorOf(index),
        type: 0,
      })),
      { id: WON, name: 'Успешно реализовано', sort: 10_000, is_editable: false, color: '#CCFF66', type: 0 },
      { id: LOST, name: 'Закрыто и не реализовано', sort: 11_000, is_editable: false, color: '#D5D8DB', type: 0 },
    ],
  };
}

/** Adds a pipeline; undefined when there are as many as an account can have (§2.2). */
export function addPipeline(store: PortalStore, asked: NewPipeline): Pipeline | undefined {
  const { directory } = store;
  if (directory.pipelines.length >= MAX_PIPELINES) return undefined;
  const sort = asked.sort ?? Math.max(...directory.pipelines.map((pipeline) => pipeline.sort)) + 1;
  const added = freshPipeline(store.newId('pipelines'), false, { ...asked, sort }, () => store.newId('statuses'));
  directory.pipelines = [...directory.pipelines, added];
  return added;
}

export function changePipeline(
  store: PortalStore,
  id: number,
  changes: Partial<Pick<Pipeline, 'name' | 'sort' | 'is_main' | 'is_unsorted_on'>>,
): void {
  store.directory.pipelines = store.directory.pipelines.map((pipeline) => {
    if (pipeline.id === id) return { ...pipeline, ...changes };
    return changes.is_main === true ? { ...pipeline, is_main: false } : pipeline;
  });
}

/** Takes a pipeline away, if it holds no leads and is not the last one (§3.3); false: it has to stay. */
export function deletePipeline(store: PortalStore, pipeline: Pipeline): boolean {
  const holdsLeads = [...store.leads.values()].some((lead) => lead.pipeline_id === pipeline.id && !lead.is_deleted);
  const left = store.directory.pipelines.filter((other) => other.id !== pipeline.id);
  if (holdsLeads || left.length === 0) return false;
  store.directory.pipelines = left.map((other, index) =>
    pipeline.is_main && index === 0 ? { ...other, is_main: true } : other,
  );
  return true;
}

/** Adds a stage behind the working ones, unless it says where; undefined when the pipeline is full (§2.2). */
export function addStage(store: PortalStore, pipeline: Pipeline, asked: NewStage): Status | undefined {
  if (pipeline.statuses.length >= MAX_STAGES) return undefined;
  const open = pipeline.statuses.filter((status) => !isClosed(status));
  const added: Status = {
    id: store.newId('statuses'),
    name: asked.name,
    sort: asked.sort ?? Math.max(...open.map((status) => status.sort)) + 10,
    is_editable: true,
    color: asked.color ?? colorOf(open.length),
    type: 0,
  };
  const statuses = [...open, added, ...pipeline.statuses.filter(isClosed)];
  replaceStages(store, pipeline.id, statuses);
  return added;
}

export function changeStage(store: PortalStore, pipeline: Pipeline, id: number, changes: Partial<NewStage>): void {
  const { name, sort, color } = changes;
  const statuses = pipeline.statuses.map((status) =>
    status.id === id
      ? { ...status, name: name ?? status.name, sort: sort ?? status.sort, color: color ?? status.color }
      : status,
  );
  replaceStages(store, pipeline.id, statuses);
}

/** Takes a stage away; its leads move to the first one (§3.3). false: it is fixed, or the last working one. */
export function deleteStage(store: PortalStore, pipeline: Pipeline, id: number): boolean {
  const working = pipeline.statuses.filter((status) => status.type === 0 && !isClosed(status));
  if (working.length === 1 || !working.some((status) => status.id === id)) return false;
  const left = { ...pipeline, statuses: pipeline.statuses.filter((status) => status.id !== id) };
  replaceStages(store, pipeline.id, left.statuses);
  const first = store.firstWorkingStatus(left).id;
  for (const lead of [...store.leads.values()]) {
    if (lead.pipeline_id === left.id && lead.status_id === id) store.putLead({ ...lead, status_id: first });
  }
  return true;
}

function replaceStages(store: PortalStore, pipelineId: number, statuses: readonly Status[]): void {
  store.directory.pipelines = store.directory.pipelines.map((pipeline) =>
    pipeline.id === pipelineId ? { ...pipeline, statuses } : pipeline,
  );
}

function colorOf(index: number): string {
  return STAGE_COLORS[index % STAGE_COLORS.length] ?? '';
}

function isClosed({ id }: Status): boolean {
  return id === WON || id === LOST;
}
