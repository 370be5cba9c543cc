import { type Portal } from '../portal.js';
import { type PortalStore } from '../store/portal-store.js';
import { type User } from '../store/model.js';
import { type QueryTree, queryList, queryText } from './query.js';

/** Some items of a batch are applied, the others are not: the faults F3 and F9. */
export interface PartlyApplied {
  /** How many of `total` items are written. */
  itemsToApply(total: number): number;
  /** What the caller learns: an error for the whole, or 200 with errors for the items that were left out. */
  readonly answer: 'error' | 'item_errors';
}

/** One authorised request on its way through a handler. */
export interface Exchange {
  readonly portal: Portal;
  readonly store: PortalStore;
  readonly user: User;
  /** Full access: the token was given by an administrator and the request is not made in another user's name (§1.5). */
  readonly isAdmin: boolean;
  /** Of an integration that is offered to other accounts. */
  readonly isExternal: boolean;
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly query: QueryTree;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `http://host:port` as the caller addressed us, for `_links`. */
  readonly origin: string;
  readonly partly: PartlyApplied | undefined;
  /** Fields of the body that the reference does not know: refused by nobody, shown in the request log. */
  readonly unknownFields: Set<string>;
}

/** The numeric path parameter `{id}`; the router has made sure that it is a number. */
export function idParam(x: Exchange, name = 'id'): number {
  return Number(x.params[name]);
}

export function hasWith(x: Exchange, name: string): boolean {
  return queryList(x.query, 'with')?.some((item) => item.trim() === name) ?? false;
}

/** `order[field]=asc|desc`, of the fields that the list knows. */
export function orderOf<F extends string>(
  x: Exchange,
  fields: readonly F[],
): { field: F; direction: 'asc' | 'desc' } | undefined {
  const order = x.query['order'];
  if (typeof order !== 'object') return undefined;
  for (const field of fields) {
    const direction = queryText(order, field);
    if (direction !== undefined) return { field, direction: direction.toLowerCase() === 'desc' ? 'desc' : 'asc' };
  }
  return undefined;
}
