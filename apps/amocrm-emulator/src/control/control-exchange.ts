import { isObject } from '../api/item-reader.js';
import { type Clock } from '../clock.js';
import { type FaultBook } from '../faults/fault-book.js';
import { problem, Refusal } from '../http/answer.js';
import { type QueryTree, queryText } from '../http/query.js';
import { type Integrations } from '../oauth/integration.js';
import { type OutgoingCalls } from '../outgoing-calls.js';
import { type PortalListeners } from '../portal-listeners.js';
import { type Portal } from '../portal.js';

/** A request of a test or of the page, never of the product. */
export interface ControlExchange {
  /** The portal whose port was called; `?portal=id` names another. */
  readonly portal: Portal;
  readonly portals: readonly { readonly portal: Portal; readonly url: string }[];
  readonly faults: FaultBook;
  readonly clock: Clock;
  readonly integrations: Integrations;
  readonly listeners: PortalListeners;
  readonly calls: OutgoingCalls;
  readonly query: QueryTree;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export function chosenPortal(x: ControlExchange): Portal {
  const id = queryText(x.query, 'portal');
  if (id === undefined) return x.portal;
  const named = x.portals.find(({ portal }) => portal.id === id);
  if (named === undefined) throw notFound(`portal ${id}`);
  return named.portal;
}

export function bodyObject(x: ControlExchange): Record<string, unknown> {
  if (x.body === undefined) return {};
  if (!isObject(x.body)) throw badRequest('an object is expected');
  return x.body;
}

export function badRequest(detail: string): Refusal {
  return new Refusal(problem(400, detail));
}

export function notFound(what: string): Refusal {
  return new Refusal(problem(404, `There is no ${what}`));
}

/** A required integer of the body. */
export function bodyInteger(x: ControlExchange, name: string): number {
  const value = bodyObject(x)[name];
  if (typeof value !== 'number' || !Number.isInteger(value)) throw badRequest(`${name}: an integer is expected`);
  return value;
}

export function bodyBoolean(x: ControlExchange, name: string): boolean {
  const value = bodyObject(x)[name];
  if (typeof value !== 'boolean') throw badRequest(`${name}: true or false is expected`);
  return value;
}

export function bodyText(x: ControlExchange, name: string): string {
  const value = bodyObject(x)[name];
  if (typeof value !== 'string' || value === '') throw badRequest(`${name}: a text is expected`);
  return value;
}
