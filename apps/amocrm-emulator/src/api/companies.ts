import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { type Exchange, idParam } from '../http/exchange.js';
import { pageOf, requestLink, selfLink } from '../http/hal.js';
import { type Company } from '../store/model.js';
import { itemsOf, objectOf, writeBatch, type BatchItem } from './batch.js';
import { changedCard, newCard, readCard, showTags } from './card-fields.js';
import { embedded, listCards, visibleLeads } from './card-lists.js';
import { isGone } from './contacts.js';
import { showFields } from './field-values.js';
import { type ItemReader } from './item-reader.js';
import { requireAdding, requireRight } from './rights.js';

/** `GET /api/v4/companies` (§3.4). */
export function listCompanies(x: Exchange): Answer {
  const rows = listCards(x, 'companies', x.store.companies, ['updated_at', 'id']);
  return pageOf(x, 'companies', rows, (company) => showCompany(x, company, 'list'));
}

/** `GET /api/v4/companies/{id}`: 204 when there is none (§2.4). */
export function getCompany(x: Exchange): Answer {
  const company = x.store.companies.get(idParam(x));
  if (company === undefined) return NO_CONTENT;
  requireRight(x, 'view', 'companies', company);
  if (company.is_deleted && x.portal.settings.deletedById === 'no_content') return NO_CONTENT;
  return ok(showCompany(x, company, 'one'));
}

/** `POST /api/v4/companies` (§4.1). */
export function createCompanies(x: Exchange): Answer {
  requireAdding(x, 'companies');
  return writeBatch(
    x,
    itemsOf(x),
    ({ reader, requestId }) => {
      const create = prepareCompany(x, reader);
      return () => ({ id: create().id, request_id: requestId });
    },
    (created) => ({
      ...requestLink(x),
      _embedded: { companies: created.map((item) => ({ ...item, ...selfLink(x, `companies/${item.id}`) })) },
    }),
  );
}

/** `PATCH /api/v4/companies` (§4.2). */
export function updateCompanies(x: Exchange): Answer {
  return writeBatch(
    x,
    itemsOf(x),
    (item) => prepareUpdate(x, item, item.reader.integer('id', { required: true })),
    (updated) => ({ ...requestLink(x), _embedded: { companies: updated } }),
  );
}

/** `PATCH /api/v4/companies/{id}`: answers the bare object (§4.2). */
export function updateCompany(x: Exchange): Answer {
  const body = { ...objectOf(x), id: idParam(x) };
  return writeBatch(
    x,
    [body],
    (item) => prepareUpdate(x, item, item.reader.integer('id')),
    ([updated]) => updated,
  );
}

/** Checks a new company, also one that comes inside `leads/complex` or a claim; the result stores it. */
export function prepareCompany(x: Exchange, reader: ItemReader): (more?: Partial<Company>) => Company {
  const changes = readCard(x, 'companies', reader);
  return (more = {}) => {
    const card = newCard(x, 'companies', x.store.newId('companies'), changes);
    return x.store.putCompany({ ...card, ...more });
  };
}

function prepareUpdate(x: Exchange, { reader, requestId }: BatchItem, id: number | undefined) {
  const existing = id === undefined ? undefined : x.store.companies.get(id);
  if (id !== undefined && isGone(existing)) reader.notSupported('id');
  requireRight(x, 'edit', 'companies', existing);
  const changes = readCard(x, 'companies', reader);
  return () => {
    const before = x.store.companies.get(id ?? 0);
    if (before === undefined) throw new Error(`company ${id} passed validation and is gone`);
    const company = x.store.putCompany(changedCard(x, 'companies', before, changes));
    return {
      id: company.id,
      name: company.name,
      updated_at: company.updated_at,
      request_id: requestId,
      ...selfLink(x, `companies/${company.id}`),
    };
  };
}

function showCompany(x: Exchange, company: Company, view: 'list' | 'one') {
  const { fields, tag_ids, merged_into: _merged, unsorted_uid: _, ...plain } = company;
  return {
    ...plain,
    closest_task_at: x.store.closestTaskAt('companies', company.id),
    custom_fields_values: showFields(x.store, 'companies', fields),
    account_id: x.store.accountId,
    ...selfLink(x, `companies/${company.id}`),
    _embedded: {
      tags: showTags(x, 'companies', tag_ids),
      contacts: embedded(x, 'contacts', x.store.contactsOfCompany(company.id), 'contacts'),
      leads: embedded(x, 'leads', visibleLeads(x, x.store.leadsOfCompany(company.id), view), 'leads'),
    },
  };
}
