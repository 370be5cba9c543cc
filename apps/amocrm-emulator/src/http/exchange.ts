import { type Portal } from '../portal.js';
import { type PortalStore } from '../store/portal-store.js';
import { type User } from '../store/model.js';
import { type QueryTree, queryList, queryText } from './query.js';

/** Who asks: a token acts for one user of one integration (§1.4, §1.5). */
export interface Token {
  /** Shown in the request log instead of the secret. */
  readonly id: string;
  readonly secret: string;
  readonly integrationId: string;
  readonly userId: number;
}

/** Half of a batch is applied, then the answer is an error: the fault F3. */
export interface PartlyApplied {
  /** How many of `total` items are written before the error. */
  itemsToApply(total: number): number;
}

/** One authorised request on its way through a handler. */
export interface Exchange {
  readonly portal: Portal;
  readonly store: PortalStore;
  readonly user: User;
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
