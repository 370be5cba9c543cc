import { problem, Refusal, validationProblem, type Answer, type ItemErrors } from '../http/answer.js';
import { type Exchange } from '../http/exchange.js';
import { isObject, ItemReader } from './item-reader.js';

/** Thrown after a part of a batch was written: the fault's own answer follows. */
export class StoppedHalfway extends Error {}

export interface BatchItem {
  readonly reader: ItemReader;
  /** What the caller sent, or the item's index as a string (§2.5). */
  readonly requestId: string;
  readonly index: number;
}

/** Checks one item and returns what writes it; errors go to the item's reader. */
export type Prepare<T> = (item: BatchItem) => () => T;

/**
 * A write of many: every item is checked before the first is written. What one bad item does to the others is a switch
 * (§12.1), the whole batch being refused by default.
 */
export function writeBatch<T>(
  x: Exchange,
  items: readonly unknown[],
  prepare: Prepare<T>,
  render: (written: T[]) => unknown,
): Answer {
  const writes: { readonly requestId: string; readonly write: () => T }[] = [];
  const refused: ItemErrors[] = [];
  for (const [index, raw] of items.entries()) {
    const reader = new ItemReader(isObject(raw) ? raw : {});
    if (!isObject(raw)) reader.fail('InvalidType', '', 'This value should be of type object.');
    const requestId = reader.string('request_id') ?? String(index);
    const write = prepare({ reader, requestId, index });
    for (const path of reader.unread()) x.unknownFields.add(path);
    if (reader.errors.length === 0) writes.push({ requestId, write });
    else refused.push({ request_id: requestId, errors: reader.errors });
  }

  const policy = x.portal.settings.invalidItem;
  if (refused.length > 0 && (policy === 'refuse_batch' || writes.length === 0)) {
    throw new Refusal(validationProblem(refused));
  }
  if (x.partly !== undefined) {
    const done = x.partly.itemsToApply(writes.length);
    const written = writes.slice(0, done).map(({ write }) => write());
    if (x.partly.answer === 'error') throw new StoppedHalfway();
    return withErrors(render(written), [...refused, ...writes.slice(done).map(leftOut)]);
  }
  const body = render(writes.map(({ write }) => write()));
  if (refused.length > 0 && policy === 'keep_good_400') throw new Refusal(validationProblem(refused));
  return withErrors(body, refused);
}

/** 200 for what was written, with errors for the rest; a bare array has no room for them. */
function withErrors(body: unknown, errors: readonly ItemErrors[]): Answer {
  const hasRoom = errors.length > 0 && isObject(body);
  return { status: 200, body: hasRoom ? { ...body, 'validation-errors': errors } : body };
}

function leftOut({ requestId }: { readonly requestId: string }): ItemErrors {
  const errors = [{ code: 'InternalError', path: '', detail: 'This item has not been saved.' }];
  return { request_id: requestId, errors };
}

/** The items of a POST or of a PATCH without id: an array of 1 … `max` (§2.2). */
export function itemsOf(x: Exchange, max = 250): readonly unknown[] {
  const { body } = x;
  if (body === undefined || (Array.isArray(body) && body.length === 0)) {
    throw new Refusal(problem(400, 'Request data can not be empty'));
  }
  if (!Array.isArray(body)) throw new Refusal(problem(400, 'Request data should be an array'));
  if (body.length > max) throw new Refusal(problem(400, `Request data is too large: at most ${max} items`));
  return body as readonly unknown[];
}

/** The single object of a request; an absent body is an empty one where every field is optional. */
export function objectOf(x: Exchange): Record<string, unknown> {
  if (x.body === undefined) return {};
  if (!isObject(x.body)) throw new Refusal(problem(400, 'Request data should be an object'));
  return x.body;
}
