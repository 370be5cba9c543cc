import { type ControlExchange } from './control-exchange.js';

/** The portals of this process with their addresses. */
export function listPortals(x: ControlExchange) {
  return x.portals.map(({ portal, url }) => ({
    id: portal.id,
    name: portal.name,
    subdomain: portal.subdomain,
    accountId: portal.store.accountId,
    url,
    isBlocked: portal.limiter.blocked,
    tokens: portal.tokens.ids(),
  }));
}
