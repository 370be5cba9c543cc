import { type LogEntry } from '../control/request-log.js';

/** A second POST with a marker after one that may have taken effect, without a look in between (faults.md I3). */
export interface BlindResend {
  readonly marker: string;
  readonly firstSeq: number;
  readonly secondSeq: number;
}

/** Answers that say for certain that nothing was written. */
const NOT_APPLIED = new Set([400, 401, 402, 403, 404, 405, 413, 422, 429]);

export function blindResendsIn(entries: readonly LogEntry[]): BlindResend[] {
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
