import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { type Exchange, idParam } from '../http/exchange.js';
import { pageOf, requestLink, selfLink } from '../http/hal.js';
import { type Contact } from '../store/model.js';
import { itemsOf, objectOf, writeBatch, type BatchItem } from './batch.js';
import { changedCard, newCard, readCard, showTags } from './card-fields.js';
import { embedded, listCards, reference, visibleLeads } from './card-lists.js';
import { showFields } from './field-values.js';
import { type ItemReader } from './item-reader.js';
import { requireAdding, requireRight } from './rights.js';

/** `GET /api/v4/contacts` (§3.4). */
export function listContacts(x: Exchange): Answer {
  const rows = listCards(x, 'contacts', x.store.contacts, ['updated_at', 'id']);
  return pageOf(x, 'contacts', rows, (contact) => showContact(x, contact, 'list'));
}

/** `GET /api/v4/contacts/{id}`: 204 when there is none (§2.4). */
export function getContact(x: Exchange): Answer {
  const contact = x.store.contacts.get(idParam(x));
  if (contact === undefined) return NO_CONTENT;
  requireRight(x, 'view', 'contacts', contact);
  if (contact.is_deleted && x.portal.settings.deletedById === 'no_content') return NO_CONTENT;
  return ok(showContact(x, contact, 'one'));
}

/** `POST /api/v4/contacts` (§4.1). */
export function createContacts(x: Exchange): Answer {
  requireAdding(x, 'contacts');
  return writeBatch(
    x,
    itemsOf(x),
    ({ reader, requestId }) => {
      const create = prepareContact(x, reader);
      return () => ({ id: create().id, request_id: requestId });
    },
    (created) => ({
      ...requestLink(x),
      _embedded: { contacts: created.map((item) => ({ ...item, ...selfLink(x, `contacts/${item.id}`) })) },
    }),
  );
}

/** `PATCH /api/v4/contacts` (§4.2). */
export function updateContacts(x: Exchange): Answer {
  return writeBatch(
    x,
    itemsOf(x),
    (item) => prepareUpdate(x, item, item.reader.integer('id', { required: true })),
    (updated) => ({ ...requestLink(x), _embedded: { contacts: updated } }),
  );
}

/** `PATCH /api/v4/contacts/{id}`: answers the bare object (§4.2). */
export function updateContact(x: Exchange): Answer {
  const body = { ...objectOf(x), id: idParam(x) };
  return writeBatch(
    x,
    [body],
    (item) => prepareUpdate(x, item, item.reader.integer('id')),
    ([updated]) => updated,
  );
}

/** Checks a new contact, also one that comes inside `leads/complex` or a claim; the result stores it. */
export function prepareContact(x: Exchange, reader: ItemReader): (more?: Partial<Contact>) => Contact {
  const changes = readCard(x, 'contacts', reader);
  const first = reader.string('first_name') ?? '';
  const last = reader.string('last_name') ?? '';
  return (more = {}) => {
    const card = newCard(x, 'contacts', x.store.newId('contacts'), changes);
    const name = changes.name ?? `${first} ${last}`.trim();
    return x.store.putContact({ ...card, name, first_name: first, last_name: last, company_id: null, ...more });
  };
}

function prepareUpdate(x: Exchange, { reader, requestId }: BatchItem, id: number | undefined) {
  const existing = id === undefined ? undefined : x.store.contacts.get(id);
  if (id !== undefined && isGone(existing)) reader.notSupported('id');
  requireRight(x, 'edit', 'contacts', existing);
  const changes = readCard(x, 'contacts', reader);
  const first = reader.string('first_name');
  const last = reader.string('last_name');
  return () => {
    const before = x.store.contacts.get(id ?? 0);
    if (before === undefined) throw new Error(`contact ${id} passed validation and is gone`);
    const contact = x.store.putContact({
      ...before,
      ...changedCard(x, 'contacts', before, changes),
      first_name: first ?? before.first_name,
      last_name: last ?? before.last_name,
    });
    return {
      id: contact.id,
      name: contact.name,
      updated_at: contact.updated_at,
      request_id: requestId,
      ...selfLink(x, `contacts/${contact.id}`),
    };
  };
}

export function isGone(card: { readonly is_deleted: boolean } | undefined): boolean {
  return card === undefined || card.is_deleted;
}

function showContact(x: Exchange, contact: Contact, view: 'list' | 'one') {
  const { fields, tag_ids, merged_into: _merged, unsorted_uid, company_id, ...plain } = contact;
  const leads = visibleLeads(x, x.store.leadsOfContact(contact.id), view);
  return {
    ...plain,
    closest_task_at: x.store.closestTaskAt('contacts', contact.id),
    is_unsorted: unsorted_uid !== null,
    custom_fields_values: showFields(x.store, 'contacts', fields),
    account_id: x.store.accountId,
    ...selfLink(x, `contacts/${contact.id}`),
    _embedded: {
      tags: showTags(x, 'contacts', tag_ids),
      companies: company_id === null ? [] : [reference(x, 'companies', company_id)],
      leads: embedded(x, 'leads', leads, 'leads'),
    },
  };
}
