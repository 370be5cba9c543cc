import { type ValidationErrors } from './answer.js';
import { type ItemOutcome } from './result.js';
import { rejectedItems } from './settle.js';

/** One entry of a success and the `request_id`s it answers for: `leads/complex` may merge several items into one lead. */
export interface Answered<T> {
  requestIds: string[];
  value: T;
}

/**
 * Ties what was sent to what was answered: by `request_id`, never by position (amocrm-api.md §4.1). If no entry carries
 * an id that was sent, and there are as many entries as items, the position counts: some routes may not echo. Whatever is
 * then without an entry and not named by `validation-errors` is in doubt: a partly kept batch is possible (§12.1).
 */
export function correlate<T>(
  requestIds: readonly string[],
  answered: readonly Answered<T>[],
  errors: ValidationErrors,
): ItemOutcome<T>[] {
  const sent = new Set(requestIds);
  const echoed = answered.some((entry) => entry.requestIds.some((id) => sent.has(id)));
  const byPosition = !echoed && answered.length === requestIds.length;
  const byId = new Map(answered.flatMap((entry) => entry.requestIds.map((id) => [id, entry.value] as const)));
  const refused = new Map(rejectedItems(errors, requestIds).map((item) => [item.index, item.errors]));

  return requestIds.map((id, index): ItemOutcome<T> => {
    const found = byPosition ? answered[index]?.value : byId.get(id);
    if (found !== undefined) return { kind: 'done', value: found };
    const why = refused.get(index);
    return why ? { kind: 'rejected', errors: why } : { kind: 'in_doubt', reason: 'missing_in_answer' };
  });
}

/**
 * Gives every item a `request_id` of its own: the caller's, else its index.
 *
 * @throws Error if two items would share one: the answer could not be told apart
 */
export function withRequestIds<T extends { request_id?: string }>(
  items: readonly T[],
): { items: (T & { request_id: string })[]; requestIds: string[] } {
  const numbered = items.map((item, index) => ({ ...item, request_id: item.request_id ?? String(index) }));
  const requestIds = numbered.map((item) => item.request_id);
  if (new Set(requestIds).size !== requestIds.length) throw new Error('two items of a batch share a request_id');
  return { items: numbered, requestIds };
}
