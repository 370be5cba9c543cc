import { type Portal } from '../portal.js';
import { CARD_TYPES, digitsOf } from '../store/model.js';
import { type PortalStore } from '../store/portal-store.js';
import { taskMarker } from './markers.js';
import { type LogEntry } from './request-log.js';

export interface Duplicate {
  readonly marker: string;
  readonly count: number;
  readonly ids: readonly number[];
}

export interface BlindResend {
  readonly marker: string;
  readonly firstSeq: number;
  readonly secondSeq: number;
}

export interface OverLimitWindow {
  readonly integrationId: string;
  readonly fromSeq: number;
  readonly fromMs: number;
  readonly requests: number;
}

export interface InvariantReport {
  /** Entities per marker beyond one (faults.md I2), from the store. */
  readonly duplicates: {
    readonly noteUniq: readonly Duplicate[];
    readonly unsorted: readonly Duplicate[];
    readonly apiOnlyFields: readonly Duplicate[];
    readonly contactPhones: readonly Duplicate[];
    readonly tasks: readonly Duplicate[];
  };
  /** A second POST with a marker after one that may have taken effect, without a listing in between (I3). */
  readonly blindResends: readonly BlindResend[];
  /** Sliding seconds with more requests of one integration than allowed (I5). */
  readonly overLimitWindows: readonly OverLimitWindow[];
  readonly requestsWhileBlocked: number;
  /** Fields in request bodies that the reference does not know, with the path they were sent to. */
  readonly unknownFields: readonly string[];
  readonly requests: number;
  /** Older requests that the log no longer holds: then the request invariants cover only the rest. */
  readonly requestsDropped: number;
}

export function reportOn(portal: Portal): InvariantReport {
  const entries = portal.log.all();
  return {
    duplicates: duplicatesIn(portal.store),
    blindResends: blindResendsIn(entries),
    overLimitWindows: overLimitWindowsIn(entries, portal.settings.requestsPerSecond),
    requestsWhileBlocked: entries.filter((entry) => entry.whileBlocked).length,
    unknownFields: [
      ...new Set(entries.flatMap((e) => e.unknownFields.map((field) => `${e.method} ${shape(e.path)}: ${field}`))),
    ],
    requests: entries.length,
    requestsDropped: portal.log.dropped,
  };
}

function duplicatesIn(store: PortalStore): InvariantReport['duplicates'] {
  const notes = new Groups();
  for (const note of store.notes.values()) {
    const uniq = note.params['uniq'];
    if (typeof uniq === 'string' && uniq !== '') notes.add(uniq, note.id);
  }
  const claims = new Groups();
  for (const claim of store.unsorted.values()) {
    const uniq = claim.metadata['uniq'] ?? claim.metadata['form_id'] ?? '';
    claims.add(JSON.stringify([claim.source_uid, uniq]), claim.id);
  }
  const fields = new Groups();
  for (const type of CARD_TYPES) {
    const own = new Set(store.directory.fields[type].filter((field) => field.is_api_only).map((field) => field.id));
    for (const card of store[type].values()) {
      for (const entry of card.fields.filter((candidate) => own.has(candidate.field_id))) {
        for (const { value } of entry.values) fields.add(`${type}:${entry.field_id}:${String(value)}`, card.id);
      }
    }
  }
  const phones = new Groups();
  for (const contact of store.contacts.values()) {
    if (contact.is_deleted || contact.unsorted_uid !== null) continue;
    const phone = contact.fields.find((entry) => store.field('contacts', entry.field_id)?.code === 'PHONE');
    const numbers = new Set(phone?.values.map((value) => digitsOf(String(value.value)).slice(-10)) ?? []);
    for (const number of numbers) phones.add(number, contact.id);
  }
  const tasks = new Groups();
  for (const task of store.tasks.values()) tasks.add(taskMarker({ ...task }), task.id);
  return {
    noteUniq: notes.duplicates(),
    unsorted: claims.duplicates(),
    apiOnlyFields: fields.duplicates(),
    contactPhones: phones.duplicates(),
    tasks: tasks.duplicates(),
  };
}

class Groups {
  private readonly ids = new Map<string, number[]>();

  add(marker: string, id: number): void {
    const ids = this.ids.get(marker);
    if (ids === undefined) this.ids.set(marker, [id]);
    else ids.push(id);
  }

  duplicates(): Duplicate[] {
    return [...this.ids].flatMap(([marker, ids]) => (ids.length > 1 ? [{ marker, count: ids.length, ids }] : []));
  }
}

/** Answers that say for certain that nothing was written. */
const NOT_APPLIED = new Set([400, 401, 402, 403, 404, 405, 413, 422, 429]);

function blindResendsIn(entries: readonly LogEntry[]): BlindResend[] {
  const earlier = new Map<string, LogEntry>();
  const lastLook = new Map<string, number>();
  const resends: BlindResend[] = [];
  for (const entry of entries) {
    if (entry.method === 'GET' && entry.status !== null && entry.status < 300 && entry.delivery === 'sent') {
      for (const family of familiesShownBy(entry.path)) lastLook.set(family, entry.seq);
    }
    if (entry.method !== 'POST') continue;
    for (const marker of entry.markers) {
      const first = earlier.get(marker);
      const looks = familiesThatShow(marker).map((family) => lastLook.get(family) ?? 0);
      if (first !== undefined && Math.max(...looks) < first.seq) {
        resends.push({ marker, firstSeq: first.seq, secondSeq: entry.seq });
      }
    }
    const isDefinite = entry.delivery === 'sent' && NOT_APPLIED.has(entry.status ?? 0);
    if (!isDefinite) for (const marker of entry.markers) earlier.set(marker, entry);
  }
  return resends;
}

type Family = 'notes' | 'unsorted' | 'tasks' | 'cards';

/** Which kinds of things a read shows; reads by id count, since a known id is as good a look as a list. */
function familiesShownBy(path: string): Family[] {
  if (/\/notes(\/\d+)?$/.test(path)) return ['notes'];
  if (path.startsWith('/api/v4/leads/unsorted')) return ['unsorted'];
  if (path.startsWith('/api/v4/tasks')) return ['tasks'];
  if (/^\/api\/v4\/(contacts|companies|leads)(\/\d+)?$/.test(path)) return ['cards'];
  if (path.startsWith('/api/v4/events')) return ['notes'];
  return [];
}

/** A claim carries cards too, which are hidden until it is accepted: seen in the list of claims as well. */
function familiesThatShow(marker: string): Family[] {
  if (marker.startsWith('note:')) return ['notes'];
  if (marker.startsWith('unsorted:')) return ['unsorted'];
  if (marker.startsWith('task:')) return ['tasks'];
  return ['cards', 'unsorted'];
}

function overLimitWindowsIn(entries: readonly LogEntry[], allowed: number): OverLimitWindow[] {
  const byIntegration = new Map<string, LogEntry[]>();
  for (const entry of entries) {
    if (entry.integrationId === null) continue;
    const own = byIntegration.get(entry.integrationId);
    if (own === undefined) byIntegration.set(entry.integrationId, [entry]);
    else own.push(entry);
  }
  const windows: OverLimitWindow[] = [];
  for (const [integrationId, own] of byIntegration) {
    let head = 0;
    for (const [index, entry] of own.entries()) {
      while ((own[head]?.atMs ?? 0) <= entry.atMs - 1000) head++;
      const first = own[head];
      const requests = index - head + 1;
      if (requests > allowed && first !== undefined) {
        windows.push({ integrationId, fromSeq: first.seq, fromMs: first.atMs, requests });
      }
    }
  }
  return windows;
}

function shape(path: string): string {
  return path.replace(/\/\d+/g, '/{id}').replace(/\/[0-9a-f]{32}/g, '/{uid}');
}
