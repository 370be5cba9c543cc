import { type Answer } from '../http/answer.js';
import { type Exchange } from '../http/exchange.js';
import { itemsOf, writeBatch, type BatchItem } from './batch.js';
import { prepareCompany } from './companies.js';
import { isGone, prepareContact } from './contacts.js';
import { type ItemReader } from './item-reader.js';
import { fieldsWithAppended, findLeadDoubles, sentFields, type LeadDouble } from './duplicate-control.js';
import { prepareLead, prepareLeadUpdate } from './leads.js';
import { requireAdding, requireRight } from './rights.js';
import { prepareClaim } from './unsorted-claims.js';

const MAX_LEADS = 50;
const MAX_FIELD_VALUES = 40;

interface Written {
  readonly id: number;
  readonly contact_id: number | null;
  readonly company_id: number | null;
  readonly request_id: readonly string[];
  readonly merged: boolean;
}

/**
 * `POST /api/v4/leads/complex` (§4.3): lead, contact and company at once. Answers a bare array, no HAL. Duplicate control
 * is a switch; it is off for an integration that has not ticked its box.
 */
export function createComplex(x: Exchange): Answer {
  requireAdding(x, 'leads');
  const claimIdentities: string[] = [];
  return writeBatch(
    x,
    itemsOf(x, MAX_LEADS),
    (item) => {
      const metadata = item.reader.object('_embedded', { nullable: true })?.object('metadata');
      return metadata === undefined
        ? prepareComplexLead(x, item)
        : prepareComplexClaim(x, item, metadata, claimIdentities);
    },
    (written) => written,
  );
}

function prepareComplexLead(x: Exchange, item: BatchItem): () => Written {
  const { reader, requestId } = item;
  const embedded = reader.object('_embedded', { nullable: true });
  const contactReader = embedded?.objects('contacts', { max: 1 })?.[0];
  const doubles = findLeadDoubles(x, contactReader);
  if (doubles.length > 0 && contactReader !== undefined) return prepareMerge(x, item, contactReader, doubles);
  const createLead = prepareLead(x, reader);
  capFields(reader);
  const contact = readCard(x, contactReader, 'contacts');
  const company = readCard(x, embedded?.objects('companies', { max: 1 })?.[0], 'companies');

  return () => {
    const companyId = company?.() ?? null;
    const contactId = contact?.(companyId) ?? null;
    const lead = createLead({
      contacts: contactId === null ? [] : [{ id: contactId, is_main: true }],
      company_id: companyId,
    });
    return { id: lead.id, contact_id: contactId, company_id: companyId, request_id: [requestId], merged: false };
  };
}

/** Duplicate control has found leads that this one is: they are brought up to date instead, with their main contacts. */
function prepareMerge(
  x: Exchange,
  item: BatchItem,
  contactReader: ItemReader,
  doubles: readonly LeadDouble[],
): () => Written {
  capFields(item.reader);
  capFields(contactReader);
  const updates = doubles.map(({ lead }) => prepareLeadUpdate(x, item, lead.id));
  const fields = sentFields(x, contactReader);
  const name = contactReader.string('name');
  return () => {
    for (const update of updates) update();
    for (const { contact } of doubles) {
      const changes = { name: name ?? contact.name, fields: fieldsWithAppended(contact.fields, fields) };
      x.store.amend('contacts', contact.id, { ...changes, updated_at: x.store.nowSec(), updated_by: x.user.id });
    }
    const newest = doubles[0];
    if (newest === undefined) throw new Error('a merge has at least one double');
    const { lead, contact } = newest;
    const ids = { id: lead.id, contact_id: contact.id, company_id: lead.company_id };
    return { ...ids, request_id: [item.requestId], merged: true };
  };
}

/** An existing card by `{id}`, or a full new one; a new contact is linked to the company it comes with. */
function readCard(x: Exchange, reader: ItemReader | undefined, type: 'contacts' | 'companies') {
  if (reader === undefined) return undefined;
  if (reader.has('id')) {
    const id = reader.integer('id');
    const card = id === undefined ? undefined : x.store[type].get(id);
    if (id !== undefined && isGone(card)) reader.notSupported('id');
    requireRight(x, 'edit', type, card);
    return () => id ?? 0;
  }
  capFields(reader);
  reader.boolean('is_main');
  if (type === 'companies') {
    const create = prepareCompany(x, reader);
    return () => create().id;
  }
  const create = prepareContact(x, reader);
  return (companyId: number | null = null) => create({ company_id: companyId }).id;
}

/** `_embedded.metadata` sends the lead to «Неразобранное», whatever stage was asked. */
function prepareComplexClaim(
  x: Exchange,
  { reader, requestId }: BatchItem,
  metadata: ItemReader,
  identities: string[],
): () => Written {
  const category = metadata.string('category', { required: true });
  if (category !== undefined && category !== 'sip' && category !== 'forms') metadata.notSupported('category');
  const create = prepareClaim(x, reader, category === 'forms' ? 'forms' : 'sip', identities, metadata);
  return () => {
    const claim = create();
    return {
      id: claim.lead_id,
      contact_id: claim.contact_id,
      company_id: claim.company_id,
      request_id: [requestId],
      merged: false,
    };
  };
}

function capFields(reader: ItemReader): void {
  reader.objects('custom_fields_values', { nullable: true, max: MAX_FIELD_VALUES });
}
