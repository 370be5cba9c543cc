import { chosenPortal, type ControlExchange } from './control-exchange.js';
import { listPortals } from './portals.js';
import { counts, fullState } from './state.js';

const NEWEST_CARDS = 200;
const NEWEST_FEED_ITEMS = 1500;
const NEWEST_REQUESTS = 60;

/** What the page shows: the newest part of the state, however much a bench has written. */
export function pageData(x: ControlExchange) {
  const portal = chosenPortal(x);
  const state = fullState(portal);
  const requests = portal.log.all();
  return {
    state: {
      ...state,
      counts: counts(portal),
      contacts: state.contacts.slice(-NEWEST_CARDS),
      companies: state.companies.slice(-NEWEST_CARDS),
      leads: state.leads.slice(-NEWEST_CARDS),
      unsorted: state.unsorted.slice(-NEWEST_CARDS),
      notes: state.notes.slice(-NEWEST_FEED_ITEMS),
      tasks: state.tasks.slice(-NEWEST_FEED_ITEMS),
    },
    log: {
      total: requests.length + portal.log.dropped,
      requests: requests.slice(-NEWEST_REQUESTS).map(({ markers: _, ...entry }) => entry),
    },
    portals: listPortals(x),
  };
}
