import { type Card, type CardType, type Contact, type FieldEntry, type Lead } from './model.js';
import { type PortalStore } from './portal-store.js';

/**
 * What a person does to duplicates: everything of `from` goes over to `into`, `from` is deleted and its id is dead. The
 * event that tells of it names neither the survivor nor what went over (§6.3, §11). Where both have a value the survivor's
 * stays; phones and addresses are put together.
 */
export function mergeCards(store: PortalStore, type: CardType, fromId: number, intoId: number, userId: number): void {
  moveFeed(store, type, fromId, intoId);
  const now = { updated_at: store.nowSec(), updated_by: userId };
  const gone = { ...now, is_deleted: true, merged_into: intoId };
  switch (type) {
    case 'contacts': {
      const [from, into] = [required(store.contacts.get(fromId)), required(store.contacts.get(intoId))];
      for (const leadId of store.leadsOfContact(fromId)) {
        const lead = required(store.leads.get(leadId));
        store.putLead({ ...lead, ...now, contacts: renamed(lead.contacts, fromId, intoId) });
      }
      const company_id: Contact['company_id'] = into.company_id ?? from.company_id;
      store.putContact({ ...into, ...united(into, from), ...now, company_id });
      store.putContact({ ...from, ...gone });
      return;
    }
    case 'companies': {
      const [from, into] = [required(store.companies.get(fromId)), required(store.companies.get(intoId))];
      for (const id of store.leadsOfCompany(fromId)) {
        store.putLead({ ...required(store.leads.get(id)), ...now, company_id: intoId });
      }
      for (const id of store.contactsOfCompany(fromId)) {
        store.putContact({ ...required(store.contacts.get(id)), ...now, company_id: intoId });
      }
      store.putCompany({ ...into, ...united(into, from), ...now });
      store.putCompany({ ...from, ...gone });
      return;
    }
    case 'leads': {
      const [from, into] = [required(store.leads.get(fromId)), required(store.leads.get(intoId))];
      const known = new Set(into.contacts.map(({ id }) => id));
      const added = from.contacts.filter(({ id }) => !known.has(id)).map(({ id }) => ({ id, is_main: false }));
      const contacts = into.contacts.length === 0 ? from.contacts : [...into.contacts, ...added];
      const company_id = into.company_id ?? from.company_id;
      store.putLead({ ...into, ...united(into, from), ...now, contacts, company_id });
      store.putLead({ ...from, ...gone });
    }
  }
}

function moveFeed(store: PortalStore, type: CardType, fromId: number, intoId: number): void {
  for (const id of store.notesOf(type, fromId)) {
    store.putNote({ ...required(store.notes.get(id)), entity_id: intoId });
  }
  for (const id of store.tasksOf(type, fromId)) {
    store.putTask({ ...required(store.tasks.get(id)), entity_id: intoId });
  }
}

/** Contacts of a lead in which one id stands for another, each once. */
function renamed(contacts: Lead['contacts'], fromId: number, intoId: number): Lead['contacts'] {
  const isMain = contacts.some(({ id, is_main }) => is_main && (id === fromId || id === intoId));
  const others = contacts.filter(({ id }) => id !== fromId && id !== intoId);
  return [...others, { id: intoId, is_main: isMain }];
}

function united(into: Card, from: Card): Pick<Card, 'fields' | 'tag_ids'> {
  const fields = new Map<number, FieldEntry>(from.fields.map((entry) => [entry.field_id, entry]));
  for (const entry of into.fields) {
    const other = fields.get(entry.field_id)?.values ?? [];
    const isMulti = entry.values.some((value) => value.enum_code !== undefined);
    const extra = other.filter(({ value }) => !entry.values.some((known) => known.value === value));
    fields.set(entry.field_id, isMulti ? { ...entry, values: [...entry.values, ...extra] } : entry);
  }
  return { fields: [...fields.values()], tag_ids: [...new Set([...into.tag_ids, ...from.tag_ids])] };
}

function required<T>(card: T | undefined): T {
  if (card === undefined) throw new Error('a card to be merged is not there');
  return card;
}
