import { chosenPortal, type ControlExchange } from './control-exchange.js';
import { listPortals } from './portals.js';
import { counts, newestState } from './state.js';

const NEWEST_CARDS = 200;
const NEWEST_FEED_ITEMS = 1500;
const NEWEST_REQUESTS = 60;
const MINUTE_MS = 60_000;

/** What the page shows: the newest part of the state, however much a bench has written. */
export function pageData(x: ControlExchange) {
  const portal = chosenPortal(x);
  const requests = portal.log.all();
  return {
    state: { ...newestState(portal, { cards: NEWEST_CARDS, feedItems: NEWEST_FEED_ITEMS }), counts: counts(portal) },
    log: { total: requests.length + portal.log.dropped, requests: requests.slice(-NEWEST_REQUESTS) },
    portals: listPortals(x),
    faults: x.faults.list().filter((rule) => rule.portal === null || rule.portal === portal.id),
    settings: portal.settings,
    longLivedToken: portal.longLivedToken,
    integrations: x.integrations
      .all()
      .map(({ clientId, name }) => ({ clientId, name, isConnected: portal.tokens.isConnected(clientId) })),
    /** To the minute, so that a portal in which nothing happens gives the same answer. */
    nowMs: Math.floor(x.clock.nowMs() / MINUTE_MS) * MINUTE_MS,
  };
}
