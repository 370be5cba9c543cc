import { type EmulatorState, type Entity } from './emulator-state.js';

/** How many of each kind stand in amoCRM; what lies inside a claim that nobody accepted yet counts as the claim only. */
export interface Counts {
  readonly contacts: number;
  readonly deals: number;
  readonly notes: number;
  readonly unsorted: number;
  readonly tasks: number;
}

export const nothing: Counts = { contacts: 0, deals: 0, notes: 0, unsorted: 0, tasks: 0 };

/** What a client's calls left in amoCRM, by the number on the contact. */
export function heldFor(phone: string, state: EmulatorState): Counts {
  const { contacts, leads, notes, unsorted, tasks } = state.entities;
  const theirs = contacts.filter((contact) => hasPhone(contact, phone));
  const contactIds = idsOf(theirs.filter(stands));
  const deals = leads.filter((lead) => stands(lead) && contactsOf(lead).some((id) => contactIds.has(id)));
  const dealIds = idsOf(deals);
  const claimed = idsOf(theirs);
  return {
    contacts: contactIds.size,
    deals: deals.length,
    notes: notes.filter((note) => {
      const owners = note['entity_type'] === 'leads' ? dealIds : contactIds;
      return owners.has(note['entity_id']);
    }).length,
    unsorted: unsorted.filter((claim) => waits(claim) && claimed.has(claim['contact_id'])).length,
    // A task may stand alone (R6); the demo's texts carry the number.
    tasks: tasks.filter((task) => String(task['text']).includes(phone)).length,
  };
}

/** Unsorted records of hidden numbers (R10), whichever call they are of. */
export function heldWithoutNumber({ entities: { leads, unsorted } }: EmulatorState): Counts {
  const unnamed = idsOf(leads.filter((lead) => lead['name'] === 'Номер скрыт'));
  return { ...nothing, unsorted: unsorted.filter((claim) => waits(claim) && unnamed.has(claim['lead_id'])).length };
}

/** Everything in the portal, whosever it is: what no scene expected shows here. */
export function heldInAll(state: EmulatorState): Counts {
  const { contacts, leads, notes, unsorted, tasks } = state.entities;
  const standing = { contacts: idsOf(contacts.filter(stands)), leads: idsOf(leads.filter(stands)) };
  return {
    contacts: standing.contacts.size,
    deals: standing.leads.size,
    notes: notes.filter((note) =>
      (note['entity_type'] === 'leads' ? standing.leads : standing.contacts).has(note['entity_id']),
    ).length,
    unsorted: unsorted.filter(waits).length,
    tasks: tasks.length,
  };
}

export function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (total, each) => ({
      contacts: total.contacts + each.contacts,
      deals: total.deals + each.deals,
      notes: total.notes + each.notes,
      unsorted: total.unsorted + each.unsorted,
      tasks: total.tasks + each.tasks,
    }),
    nothing,
  );
}

export function isSame(a: Counts, b: Counts): boolean {
  const kinds = ['contacts', 'deals', 'notes', 'unsorted', 'tasks'] as const;
  return kinds.every((kind) => a[kind] === b[kind]);
}

/** In words, such as `1 contact, 1 deal, 2 notes`. */
export function inWords(counts: Counts): string {
  const parts = [
    [counts.contacts, 'contact'],
    [counts.deals, 'deal'],
    [counts.notes, 'call note'],
    [counts.unsorted, 'unsorted record'],
    [counts.tasks, 'task'],
  ] as const;
  const words = parts.filter(([n]) => n > 0).map(([n, word]) => `${String(n)} ${word}${n === 1 ? '' : 's'}`);
  return words.length === 0 ? 'nothing' : words.join(', ');
}

/** The numbers on a contact, as written there. */
function phonesOf(contact: Entity): string[] {
  return listOf(contact['custom_fields_values'])
    .filter((field) => field['field_code'] === 'PHONE')
    .flatMap((field) => listOf(field['values']).map((value) => String(value['value'])));
}

function hasPhone(contact: Entity, phone: string): boolean {
  return phonesOf(contact).some((written) => lastTen(written) === lastTen(phone));
}

/** The sample's clients have Russian numbers: their last ten digits tell them apart in every spelling. */
function lastTen(phone: string): string {
  return phone.replaceAll(/\D/g, '').slice(-10);
}

/** Neither deleted nor still inside an unaccepted claim. */
function stands(card: Entity): boolean {
  return card['is_deleted'] !== true && (card['unsorted_uid'] === null || card['unsorted_uid'] === undefined);
}

function waits(claim: Entity): boolean {
  return claim['outcome'] === 'waiting';
}

function contactsOf(lead: Entity): unknown[] {
  return listOf(lead['contacts']).map((contact) => contact['id']);
}

function idsOf(entities: readonly Entity[]): Set<unknown> {
  return new Set(entities.map((entity) => entity['id']));
}

function listOf(value: unknown): Entity[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each: unknown): each is Entity => typeof each === 'object' && each !== null);
}
