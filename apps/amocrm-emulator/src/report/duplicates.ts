import { CARD_TYPES, digitsOf } from '../store/model.js';
import { type PortalStore } from '../store/portal-store.js';
import { taskMarker } from '../control/markers.js';

/** Things that carry the same marker (faults.md I2). */
export interface Duplicate {
  readonly marker: string;
  readonly count: number;
  readonly ids: readonly number[];
}

export interface Duplicates {
  readonly noteUniq: readonly Duplicate[];
  readonly unsorted: readonly Duplicate[];
  readonly apiOnlyFields: readonly Duplicate[];
  readonly contactPhones: readonly Duplicate[];
  readonly tasks: readonly Duplicate[];
}

/** From what the portal holds, whoever wrote it. */
export function duplicatesIn(store: PortalStore): Duplicates {
  const notes = new Groups();
  for (const note of store.notes.values()) {
    const uniq = note.params['uniq'];
    if (typeof uniq === 'string' && uniq !== '') notes.add(uniq, note.id);
  }
  const claims = new Groups();
  for (const claim of store.unsorted.values()) {
    const uniq = claim.metadata['uniq'] ?? claim.metadata['form_id'] ?? '';
    claims.add(JSON.stringify([claim.source_uid, uniq]), claim.id);
  }
  const fields = new Groups();
  for (const type of CARD_TYPES) {
    const own = new Set(store.directory.fields[type].filter((field) => field.is_api_only).map((field) => field.id));
    for (const card of store[type].values()) {
      for (const entry of card.fields.filter((candidate) => own.has(candidate.field_id))) {
        for (const { value } of entry.values) fields.add(`${type}:${entry.field_id}:${String(value)}`, card.id);
      }
    }
  }
  const phones = new Groups();
  for (const contact of store.contacts.values()) {
    if (contact.is_deleted || contact.unsorted_uid !== null) continue;
    const phone = contact.fields.find((entry) => store.field('contacts', entry.field_id)?.code === 'PHONE');
    const numbers = new Set(phone?.values.map((value) => digitsOf(String(value.value)).slice(-10)) ?? []);
    for (const number of numbers) phones.add(number, contact.id);
  }
  const tasks = new Groups();
  for (const task of store.tasks.values()) tasks.add(taskMarker({ ...task }), task.id);
  return {
    noteUniq: notes.duplicates(),
    unsorted: claims.duplicates(),
    apiOnlyFields: fields.duplicates(),
    contactPhones: phones.duplicates(),
    tasks: tasks.duplicates(),
  };
}

class Groups {
  private readonly ids = new Map<string, number[]>();

  add(marker: string, id: number): void {
    const ids = this.ids.get(marker);
    if (ids === undefined) this.ids.set(marker, [id]);
    else ids.push(id);
  }

  duplicates(): Duplicate[] {
    return [...this.ids].flatMap(([marker, ids]) => (ids.length > 1 ? [{ marker, count: ids.length, ids }] : []));
  }
}
