import { setTimeout as sleep } from 'node:timers/promises';
import { type EmulatorState, type Entity, readEmulatorState } from './emulator-state.js';
import { phonesOf } from './holdings.js';

const POLL_MS = 1_000;

/** One line per call that reached amoCRM, until the signal: what a person would see there. */
export async function followCalls(url: string, print: (line: string) => void, signal: AbortSignal): Promise<void> {
  let seen = keysOf(await readEmulatorState(url).catch(() => undefined));
  while (!signal.aborted) {
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    // The emulator may be restarting; what it has then is looked at the next time.
    const state = await readEmulatorState(url).catch(() => undefined);
    if (state === undefined) continue;
    for (const line of callLines(state, seen)) print(line);
    seen = keysOf(state);
  }
}

/** The calls in `state` that are not among the `seen` ones. */
export function callLines(state: EmulatorState, seen: ReadonlySet<string>): string[] {
  const { notes, unsorted } = state.entities;
  const answered = notes
    .filter((note) => isCallNote(note) && !seen.has(noteKey(note)))
    .map((note) => `${timeOf(note)}  ${directionOf(note)} ${clientOf(note, state)}, call note (${durationOf(note)})`);
  const missed = unsorted
    .filter((claim) => !seen.has(claimKey(claim)))
    .map((claim) => `${timeOf(claim)}  missed   ${contactPhone(claim['contact_id'], state)}: unsorted record`);
  return [...answered, ...missed];
}

export function keysOf(state: EmulatorState | undefined): Set<string> {
  if (state === undefined) return new Set();
  return new Set([...state.entities.notes.map(noteKey), ...state.entities.unsorted.map(claimKey)]);
}

function clientOf(note: Entity, state: EmulatorState): string {
  if (note['entity_type'] === 'contacts') {
    return `${contactPhone(note['entity_id'], state)}: contact ${String(note['entity_id'])}`;
  }
  const lead = state.entities.leads.find((each) => each['id'] === note['entity_id']);
  const contacts: unknown = lead?.['contacts'];
  const first: unknown = Array.isArray(contacts) ? contacts[0] : undefined;
  const contactId: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'id') : undefined;
  return `${contactPhone(contactId, state)}: deal ${String(note['entity_id'])}`;
}

function contactPhone(contactId: unknown, state: EmulatorState): string {
  const contact = state.entities.contacts.find((each) => each['id'] === contactId);
  return (contact === undefined ? undefined : phonesOf(contact)[0]) ?? 'unknown number';
}

function isCallNote(note: Entity): boolean {
  return note['note_type'] === 'call_in' || note['note_type'] === 'call_out';
}

function directionOf(note: Entity): string {
  return note['note_type'] === 'call_in' ? 'incoming' : 'outgoing';
}

function durationOf(note: Entity): string {
  const params = note['params'];
  const duration: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'duration') : undefined;
  return typeof duration === 'number' ? `${String(duration)} s` : 'no duration';
}

/** Local time of day at which it was written; amoCRM's times are Unix seconds. */
function timeOf(entity: Entity): string {
  const at = entity['created_at'];
  return new Date(typeof at === 'number' ? at * 1000 : Date.now()).toLocaleTimeString('ru-RU');
}

const noteKey = (note: Entity): string => `note ${String(note['id'])}`;
const claimKey = (claim: Entity): string => `claim ${String(claim['uid'])}`;
