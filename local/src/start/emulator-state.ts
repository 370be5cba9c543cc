/** What the amoCRM emulator holds, as far as npm start shows it: `GET /_emulator/state` and `/_emulator/counts`. */
export interface EmulatorState {
  readonly pipelines: readonly { readonly id: number; readonly name: string; readonly stageIds: readonly number[] }[];
  readonly users: readonly { readonly id: number; readonly name: string }[];
  readonly entities: Readonly<Record<EntityKind, readonly Entity[]>>;
}

export const ENTITY_KINDS = ['contacts', 'companies', 'leads', 'unsorted', 'notes', 'tasks'] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];
export type Entity = Readonly<Record<string, unknown>>;

export async function readEmulatorState(url: string): Promise<EmulatorState> {
  const state = await readJson(`${url}/_emulator/state`);
  return {
    pipelines: list(state, 'pipelines').map((pipeline) => ({
      id: number(pipeline, 'id'),
      name: String(pipeline['name']),
      stageIds: list(pipeline, 'statuses').map((stage) => number(stage, 'id')),
    })),
    users: list(state, 'users').map((user) => ({ id: number(user, 'id'), name: String(user['name']) })),
    entities: {
      contacts: list(state, 'contacts'),
      companies: list(state, 'companies'),
      leads: list(state, 'leads'),
      unsorted: list(state, 'unsorted'),
      notes: list(state, 'notes'),
      tasks: list(state, 'tasks'),
    },
  };
}

/** Whether nothing was ever written: an emulator that has just been started. */
export async function isEmulatorEmpty(url: string): Promise<boolean> {
  const counts = await readJson(`${url}/_emulator/counts`);
  return ENTITY_KINDS.every((kind) => number(counts, kind) === 0);
}

async function readJson(url: string): Promise<Entity> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const body: unknown = await answer.json();
  if (!answer.ok || !isEntity(body)) throw new Error(`${url}: unexpected answer ${String(answer.status)}`);
  return body;
}

function list(from: Entity, field: string): Entity[] {
  const value = from[field];
  if (!Array.isArray(value)) throw new Error(`the emulator's answer has no list "${field}"`);
  return value.filter(isEntity);
}

function number(from: Entity, field: string): number {
  const value = from[field];
  if (typeof value !== 'number') throw new Error(`the emulator's answer has no number "${field}"`);
  return value;
}

function isEntity(value: unknown): value is Entity {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
