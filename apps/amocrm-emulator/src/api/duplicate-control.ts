import { type Exchange } from '../http/exchange.js';
import { LOST, WON, type Contact, type FieldEntry, type Lead } from '../store/model.js';
import { readFields } from './field-values.js';
import { ItemReader } from './item-reader.js';

const MOST_DUPLICATES = 3;

/** A lead that duplicate control takes for the one that is being created, with its main contact. */
export interface LeadDouble {
  readonly lead: Lead;
  readonly contact: Contact;
}

/**
 * Duplicate control of `leads/complex` (§4.3): open leads whose main contact has a phone of the new one. It looks at what
 * is stored, not at the rest of the payload. More than three doubles: no merge. Empty: nothing to merge with.
 */
export function findLeadDoubles(x: Exchange, contact: ItemReader | undefined): readonly LeadDouble[] {
  const { duplicateControl } = x.portal.settings;
  if (duplicateControl === 'off' || contact === undefined || contact.has('id')) return [];
  const doubles = new Map<number, LeadDouble>();
  for (const phone of phonesIn(x, contact)) {
    for (const { type, id } of x.store.phones.owners(phone)) {
      const owner = type === 'contacts' ? x.store.contacts.get(id) : undefined;
      if (owner === undefined || owner.is_deleted || owner.unsorted_uid !== null) continue;
      for (const lead of openLeadsOf(x, owner)) doubles.set(lead.id, { lead, contact: owner });
    }
  }
  if (doubles.size > MOST_DUPLICATES) return [];
  const newestFirst = [...doubles.values()].sort(
    (a, b) => b.lead.created_at - a.lead.created_at || b.lead.id - a.lead.id,
  );
  return duplicateControl === 'update_all' ? newestFirst : newestFirst.slice(0, 1);
}

/** The contact's own values, with the phones and addresses that came behind them; everything else is overwritten. */
export function fieldsWithAppended(before: readonly FieldEntry[], added: readonly FieldEntry[]): FieldEntry[] {
  const fields = new Map(before.map((entry) => [entry.field_id, entry]));
  for (const entry of added) {
    const known = fields.get(entry.field_id);
    const isMulti = entry.values.some((value) => value.enum_code !== undefined);
    const extra = entry.values.filter(({ value }) => known?.values.every((other) => other.value !== value) !== false);
    const values = isMulti && known !== undefined ? [...known.values, ...extra] : entry.values;
    fields.set(entry.field_id, { field_id: entry.field_id, values });
  }
  return [...fields.values()];
}

/** The contact's fields as they were sent, read apart from the reader that collects the errors. */
export function sentFields(x: Exchange, contact: ItemReader): readonly FieldEntry[] {
  const sent = contact.value('custom_fields_values', { nullable: true });
  return readFields(x.store, 'contacts', new ItemReader({ custom_fields_values: sent ?? [] })) ?? [];
}

function phonesIn(x: Exchange, contact: ItemReader): string[] {
  const phone = x.store.fieldByCode('contacts', 'PHONE');
  return sentFields(x, contact)
    .filter(({ field_id }) => field_id === phone?.id)
    .flatMap(({ values }) => values.map(({ value }) => String(value)));
}

function openLeadsOf(x: Exchange, contact: Contact): Lead[] {
  return x.store.leadsOfContact(contact.id).flatMap((id) => {
    const lead = x.store.leads.get(id);
    const isOpen =
      lead !== undefined &&
      !lead.is_deleted &&
      lead.unsorted_uid === null &&
      lead.status_id !== WON &&
      lead.status_id !== LOST;
    return isOpen && lead.contacts.some((each) => each.is_main && each.id === contact.id) ? [lead] : [];
  });
}
