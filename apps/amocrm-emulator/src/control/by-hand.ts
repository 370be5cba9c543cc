import { isObject } from '../api/item-reader.js';
import { API_ROUTES } from '../api/routes.js';
import { type Answer } from '../http/answer.js';
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
  const portal = chosenPortal(x);
  const { store } = portal;
  const [method, path] = [bodyText(x, 'method'), bodyText(x, 'path')];
  const { body } = bodyObject(x);
  if (body !== undefined && !isObject(body) && !Array.isArray(body)) throw badRequest('body: an object or an array');
  const match = router.match(method, path);
  if (match.found !== 'route') throw badRequest(`there is no ${method} ${path}`);
  const user = store.directory.users.find((candidate) => candidate.is_admin && candidate.is_active);
  if (user === undefined) throw badRequest('the portal has no active administrator');
  return match.handler({
    portal,
    store,
    user,
    isAdmin: true,
    isExternal: false,
    method,
    path,
    search: '',
    query: parseQuery(''),
    params: match.params,
    body,
    origin: x.portals.find((each) => each.portal === portal)?.url ?? '',
    partly: undefined,
    unknownFields: new Set(),
  });
}
