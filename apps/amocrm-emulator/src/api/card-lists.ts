import { type Exchange, hasWith, orderOf } from '../http/exchange.js';
import { queryBranch, queryList, queryRange, queryText, type QueryTree } from '../http/query.js';
import { type Card, type CardType } from '../store/model.js';
import { queryMatcher } from '../store/search.js';
import { type VersionedCollection } from '../store/versioned-collection.js';
import { wantsDeleted } from './card-fields.js';
import { isAllowed } from './rights.js';

type OrderField = 'id' | 'updated_at' | 'created_at';

/**
 * The rows of `GET /contacts|companies|leads` before paging: what is listed yet, not in the trash, not hidden behind a
 * claim in «Неразобранное», matching `query`, matching `filter` if the account has paid for filters (§3.4–§3.6).
 */
export function* listCards<T extends Card>(
  x: Exchange,
  type: CardType,
  cards: VersionedCollection<T>,
  orderFields: readonly OrderField[],
): Generator<T> {
  const order = orderOf(x, orderFields);
  const query = queryText(x.query, 'query')?.trim() ?? '';
  const matches = query === '' ? () => true : queryMatcher(query, x.portal.settings.phoneSearch);
  const filter = x.portal.settings.paidFilters ? queryBranch(x.query, 'filter') : undefined;
  const inTrash = type === 'leads' && wantsDeleted(x);
  const showsHidden = type === 'leads' || x.portal.settings.hiddenContactsListed;

  const wanted = (card: T) =>
    card.is_deleted === inTrash &&
    (showsHidden || card.unsorted_uid === null) &&
    matches(card) &&
    isAllowed(x, 'view', type, card) &&
    (filter === undefined || passesFilter(card, filter));

  if (order === undefined || order.field === 'id') {
    for (const card of cards.list(x.store.cutoffMs(), order?.direction)) if (wanted(card)) yield card;
    return;
  }
  const { field, direction } = order;
  const sign = direction === 'asc' ? 1 : -1;
  const rows = [...cards.list(x.store.cutoffMs())].filter(wanted);
  yield* rows.sort((a, b) => sign * (a[field] - b[field] || a.id - b.id));
}

/** The paid filters (§3.5); a name that is not known there filters nothing. */
function passesFilter(card: Card, filter: QueryTree): boolean {
  const lead =
    'pipeline_id' in card ? { pipeline: card.pipeline_id, status: 'status_id' in card && card.status_id } : null;
  const oneOf = (name: string, value: unknown) => {
    const list = queryList(filter, name);
    return list === undefined || list.includes(String(value));
  };
  const within = (name: string, value: number | null) => {
    const range = queryRange(filter, name);
    return range === undefined || (value !== null && value >= range.from && value <= range.to);
  };
  return (
    oneOf('id', card.id) &&
    oneOf('name', card.name) &&
    oneOf('created_by', card.created_by) &&
    oneOf('updated_by', card.updated_by) &&
    oneOf('responsible_user_id', card.responsible_user_id) &&
    within('created_at', card.created_at) &&
    within('updated_at', card.updated_at) &&
    (lead === null || (oneOf('pipeline_id', lead.pipeline) && inStatuses(filter, lead))) &&
    (!('price' in card) || within('price', Number(card.price))) &&
    (!('closed_at' in card) || within('closed_at', card.closed_at === null ? null : Number(card.closed_at))) &&
    hasFieldValues(card, queryBranch(filter, 'custom_fields_values'))
  );
}

function inStatuses(filter: QueryTree, lead: { pipeline: unknown; status: unknown }): boolean {
  const statuses = queryBranch(filter, 'statuses');
  if (statuses === undefined) return true;
  return Object.values(statuses).some(
    (pair) =>
      typeof pair === 'object' &&
      queryText(pair, 'pipeline_id') === String(lead.pipeline) &&
      queryText(pair, 'status_id') === String(lead.status),
  );
}

function hasFieldValues(card: Card, filter: QueryTree | undefined): boolean {
  return Object.keys(filter ?? {}).every((fieldId) => {
    const values = card.fields.find((field) => String(field.field_id) === fieldId)?.values ?? [];
    const wanted = queryBranch(filter, fieldId);
    const isRange = wanted !== undefined && ('from' in wanted || 'to' in wanted);
    const range = isRange ? queryRange(filter, fieldId) : undefined;
    if (range !== undefined) return values.some((v) => Number(v.value) >= range.from && Number(v.value) <= range.to);
    const list = queryList(filter, fieldId) ?? [];
    return values.some((value) => list.includes(String(value.value)) || list.includes(String(value.enum_id)));
  });
}

/** Related entities as cards embed them: id and link only (§3.4). In a list, only those the list knows of. */
export function embedded(x: Exchange, type: CardType, ids: readonly number[], withName: string): unknown[] | undefined {
  return hasWith(x, withName) ? ids.map((id) => reference(x, type, id)) : undefined;
}

export function reference(x: Exchange, type: CardType | 'users', id: number) {
  return { id, _links: { self: { href: `${x.origin}/api/v4/${type}/${id}` } } };
}

/** Ids of leads that this view (a list with its lag, or one card) can see and that are not in the trash. */
export function visibleLeads(x: Exchange, ids: readonly number[], view: 'list' | 'one'): number[] {
  return ids.filter((id) => {
    const lead = view === 'list' ? x.store.leads.listed(id, x.store.cutoffMs()) : x.store.leads.get(id);
    return lead !== undefined && !lead.is_deleted;
  });
}
