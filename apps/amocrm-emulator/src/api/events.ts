import { ok, problem, Refusal, type Answer } from '../http/answer.js';
import { type Exchange, hasWith } from '../http/exchange.js';
import { pageOf, requestLink } from '../http/hal.js';
import { queryBranch, queryList, queryRange } from '../http/query.js';
import { EVENT_TYPES } from '../store/events-of-change.js';
import { CARD_TYPES, SINGULAR, type CardType, type CrmEvent } from '../store/model.js';

const MAX_FILTER_IDS = 10;

/** `GET /api/v4/events` (§6.3): what happened, newest first. */
export function listEvents(x: Exchange): Answer {
  const filter = queryBranch(x.query, 'filter');
  const ids = queryList(filter, 'id');
  const types = queryList(filter, 'type');
  const entities = queryList(filter, 'entity');
  const entityIds = queryList(filter, 'entity_id');
  const createdBy = queryList(filter, 'created_by');
  const created = queryRange(filter, 'created_at');
  if ((entityIds?.length ?? 0) > MAX_FILTER_IDS || (createdBy?.length ?? 0) > MAX_FILTER_IDS) {
    throw new Refusal(problem(400, `At most ${MAX_FILTER_IDS} ids in a filter`));
  }
  const wanted = (event: CrmEvent) =>
    (ids === undefined || ids.includes(event.event_id)) &&
    (types === undefined || types.includes(event.type)) &&
    (entities === undefined || entities.includes(event.entity_type)) &&
    (entityIds === undefined || entityIds.includes(String(event.entity_id))) &&
    (createdBy === undefined || createdBy.includes(String(event.created_by))) &&
    (created === undefined || (event.created_at >= created.from && event.created_at <= created.to));
  return pageOf(x, 'events', newestFirst(x, wanted), (event) => showEvent(x, event), { maxLimit: 100 });
}

/** `GET /api/v4/events/{eventId}`: 404 when there is none (§12.1). */
export function getEvent(x: Exchange): Answer {
  for (const event of x.store.events.values()) if (event.event_id === x.params['event']) return ok(showEvent(x, event));
  throw new Refusal(problem(404, 'Event not found'));
}

/** `GET /api/v4/events/types`: what this account can tell of. */
export function listEventTypes(x: Exchange): Answer {
  const types = Object.entries(EVENT_TYPES).map(([key, lang]) => ({ key, type: 0, lang }));
  return ok({ _total_items: types.length, ...requestLink(x), _embedded: { events_types: types } });
}

function* newestFirst(x: Exchange, wanted: (event: CrmEvent) => boolean): Generator<CrmEvent> {
  for (const event of x.store.events.list(x.store.cutoffMs(), 'desc')) if (wanted(event)) yield event;
}

function showEvent(x: Exchange, event: CrmEvent) {
  const { id: _, event_id, ...plain } = event;
  const type = CARD_TYPES.find((candidate) => SINGULAR[candidate] === event.entity_type);
  const href = `${x.origin}/api/v4/${type ?? `${event.entity_type}s`}/${event.entity_id}`;
  const name = hasWith(x, `${event.entity_type}_name`) ? nameOf(x, type, event.entity_id) : {};
  return {
    id: event_id,
    ...plain,
    account_id: x.store.accountId,
    _links: { self: { href: `${x.origin}/api/v4/events/${event_id}` } },
    _embedded: { entity: { id: event.entity_id, ...name, _links: { self: { href } } } },
  };
}

/** `with=lead_name`, `contact_name`, `company_name`. */
function nameOf(x: Exchange, type: CardType | undefined, id: number) {
  return type === undefined ? {} : { name: x.store.card(type, id)?.name ?? '' };
}
