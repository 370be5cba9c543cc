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
  const lastSearch = new Map<string, number>();
  const resends: BlindResend[] = [];
  for (const entry of entries) {
    if (entry.method === 'GET' && entry.status !== null && entry.status < 300 && entry.delivery === 'sent') {
      const list = listOf(entry);
      if (list !== null) (list.isLook ? lastLook : lastSearch).set(list.of, entry.seq);
    }
    if (entry.method !== 'POST') continue;
    for (const marker of entry.markers) {
      const first = earlier.get(marker);
      if (first === undefined) continue;
      const reads = listsThatShow(first.path).flatMap((of) => [
        lastLook.get(of) ?? 0,
        isKnownToBeWritten(first) ? (lastSearch.get(of) ?? 0) : 0,
      ]);
      if (Math.max(0, ...reads) < first.seq) resends.push({ marker, firstSeq: first.seq, secondSeq: entry.seq });
    }
    const isDefinite = entry.delivery === 'sent' && NOT_APPLIED.has(entry.status ?? 0);
    if (!isDefinite) for (const marker of entry.markers) earlier.set(marker, entry);
  }
  return resends;
}

/** Nothing was in doubt: whoever makes it again, as after a deletion, need only have found that it is gone. */
const isKnownToBeWritten = ({ status, delivery, fault }: LogEntry): boolean =>
  delivery === 'sent' && fault === null && status !== null && status < 300;

type CardList = 'contacts' | 'companies' | 'leads';
type List = CardList | 'tasks' | 'unsorted' | `${CardList}/notes`;

/**
 * The list that a read shows, and whether what is absent there was not written. A search proves nothing: its index lags
 * and it may miss a card, and clients search before every write anyway. Cards and tasks are many, so only their newest
 * first say it. A read by id is no list: of a creation whose answer was lost nobody knows the id.
 */
function listOf({ path, search }: LogEntry): { of: List; isLook: boolean } | null {
  const [, name] = /^\/api\/v4\/(contacts|companies|leads|tasks|leads\/unsorted)$/.exec(path) ?? [];
  const [, card] = /^\/api\/v4\/(contacts|companies|leads)(?:\/\d+)?\/notes$/.exec(path) ?? [];
  if (card !== undefined) return { of: `${card as CardList}/notes`, isLook: true };
  if (name === undefined) return null;
  if (name === 'leads/unsorted') return { of: 'unsorted', isLook: true };
  const query = new URLSearchParams(search);
  const isLook = !query.has('query') && query.get('order[id]') === 'desc';
  return { of: name as CardList | 'tasks', isLook };
}

/** Where that which a POST made can be seen; one of several lists is enough. */
function listsThatShow(path: string): List[] {
  if (path.startsWith('/api/v4/leads/unsorted')) return ['unsorted'];
  // Each of the two is shown with the other.
  if (path === '/api/v4/leads/complex') return ['leads', 'contacts'];
  // The server chooses the card.
  if (path === '/api/v4/calls') return ['contacts/notes', 'companies/notes', 'leads/notes'];
  const [, card, ofCard] = /^\/api\/v4\/(contacts|companies|leads)(?:\/(?:\d+\/)?(notes))?$/.exec(path) ?? [];
  if (card !== undefined) return [ofCard === undefined ? (card as CardList) : `${card as CardList}/notes`];
  return path === '/api/v4/tasks' ? ['tasks'] : [];
}
