import { isObject } from '../api/item-reader.js';
import { API_ROUTES } from '../api/routes.js';
import { createClaims } from '../api/unsorted.js';
import { type Answer } from '../http/answer.js';
import { type Exchange } from '../http/exchange.js';
import { parseQuery } from '../http/query.js';
import { Router } from '../http/router.js';
import { badRequest, bodyObject, bodyText, chosenPortal, type ControlExchange } from './control-exchange.js';

const router = new Router(API_ROUTES);

/**
 * `POST /_emulator/by-hand` `{ method, path, body }`: what an administrator does in amoCRM's own screens, such as accepting
 * a claim, done by the API's handler for it. No token, limits, faults or subscription, and not in the request log: the
 * callers under test did not send it.
 */
export function actByHand(x: ControlExchange): Answer {
  const [method, path] = [bodyText(x, 'method'), bodyText(x, 'path')];
  const { body } = bodyObject(x);
  if (body !== undefined && !isObject(body) && !Array.isArray(body)) throw badRequest('body: an object or an array');
  const match = router.match(method, path);
  if (match.found !== 'route') throw badRequest(`there is no ${method} ${path}`);
  return match.handler(administratorExchange(x, { method, path, params: match.params, body }));
}

/**
 * `POST /_emulator/portal/claims` `{ category, … }`: a letter or a chat comes in. The rest of the body is a claim as
 * integrations send those of calls and forms.
 */
export function receiveClaim(x: ControlExchange): Answer {
  const { category, ...claim } = bodyObject(x);
  if (category !== 'mail' && category !== 'chats') throw badRequest('category: mail, chats');
  const path = '/api/v4/leads/unsorted';
  return createClaims(administratorExchange(x, { method: 'POST', path, params: {}, body: [claim] }), category);
}

type Request = Pick<Exchange, 'method' | 'path' | 'params' | 'body'>;

/** A request as if an administrator had made it in the account itself. */
function administratorExchange(x: ControlExchange, request: Request): Exchange {
  const portal = chosenPortal(x);
  const { store } = portal;
  const user = store.directory.users.find((candidate) => candidate.is_admin && candidate.is_active);
  if (user === undefined) throw badRequest('the portal has no active administrator');
  return {
    portal,
    store,
    user,
    isAdmin: true,
    isExternal: false,
    ...request,
    search: '',
    query: parseQuery(''),
    origin: x.portals.find((each) => each.portal === portal)?.url ?? '',
    partly: undefined,
    unknownFields: new Set(),
  };
}
