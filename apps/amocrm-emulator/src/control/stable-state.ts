import { type Portal } from '../portal.js';
import {
  type Card,
  type CardType,
  type Contact,
  type Lead,
  type Note,
  type Task,
  type Unsorted,
} from '../store/model.js';

interface Options {
  /** Times that the client sent (a note's, a claim's, a task's term) are part of the picture. */
  readonly withTimes: boolean;
}

/**
 * What a portal holds, told so that two runs of the same calls can be compared for equality: no ids or times that the
 * server makes, people and stages by name, everything nested under its card and sorted by its content.
 */
export function stableState(portal: Portal, options: Options) {
  const view = new StableView(portal, options);
  return view.whole();
}

class StableView {
  private readonly store;

  constructor(
    portal: Portal,
    private readonly options: Options,
  ) {
    this.store = portal.store;
  }

  whole() {
    const { store } = this;
    const contacts = [...store.contacts.values()].filter((c) => !c.is_deleted && c.unsorted_uid === null);
    const companies = [...store.companies.values()].filter((c) => !c.is_deleted && c.unsorted_uid === null);
    const leads = [...store.leads.values()].filter((lead) => !lead.is_deleted && lead.unsorted_uid === null);
    const shown = new Set(contacts.map((contact) => contact.id));
    const loose = leads.filter((lead) => !lead.contacts.some((contact) => shown.has(contact.id)));
    const tasks = [...store.tasks.values()].filter((task) => task.entity_type === null);
    return {
      contacts: sorted(contacts.map((contact) => this.contact(contact))),
      companies: sorted(companies.map((company) => this.card('companies', company))),
      leadsWithoutContact: sorted(loose.map((lead) => this.lead(lead))),
      unsorted: sorted([...store.unsorted.values()].map((claim) => this.claim(claim))),
      tasksWithoutCard: sorted(tasks.map((task) => this.task(task))),
    };
  }

  private contact(contact: Contact) {
    const leads = this.store.leadsOfContact(contact.id).flatMap((id) => this.store.leads.get(id) ?? []);
    return {
      ...this.card('contacts', contact),
      company: contact.company_id === null ? null : (this.store.companies.get(contact.company_id)?.name ?? null),
      leads: sorted(leads.filter((lead) => !lead.is_deleted && lead.unsorted_uid === null).map((l) => this.lead(l))),
    };
  }

  private lead(lead: Lead) {
    const pipeline = this.store.pipeline(lead.pipeline_id);
    return {
      ...this.card('leads', lead),
      price: lead.price,
      pipeline: pipeline?.name ?? null,
      stage: pipeline?.statuses.find((status) => status.id === lead.status_id)?.name ?? null,
    };
  }

  private card(type: CardType, card: Card) {
    const notes = this.store.notesOf(type, card.id).flatMap((id) => this.store.notes.get(id) ?? []);
    const tasks = this.store.tasksOf(type, card.id).flatMap((id) => this.store.tasks.get(id) ?? []);
    const given = Object.fromEntries(
      card.fields.map((entry) => [
        this.store.field(type, entry.field_id)?.name ?? String(entry.field_id),
        entry.values.map((value) => value.value),
      ]),
    );
    return {
      // A name the server made up contains the id; it says nothing about the run.
      name: card.name === `Сделка #${card.id}` ? 'Сделка #' : card.name,
      responsible: this.userName(card.responsible_user_id),
      tags: card.tag_ids.map((id) => this.store.tag(type, id)?.name ?? '').sort(),
      fields: Object.fromEntries(Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1))),
      ...(this.options.withTimes ? { created_at: card.created_at } : {}),
      notes: sorted(notes.map((note) => this.note(note))),
      tasks: sorted(tasks.map((task) => this.task(task))),
    };
  }

  private note(note: Note) {
    return {
      type: note.note_type,
      params: note.params,
      responsible: this.userName(note.responsible_user_id),
      createdBy: this.userName(note.created_by),
      ...(this.options.withTimes ? { created_at: note.created_at } : {}),
    };
  }

  private task(task: Task) {
    return {
      text: task.text,
      type: this.store.directory.taskTypes.find((type) => type.id === task.task_type_id)?.name ?? task.task_type_id,
      responsible: this.userName(task.responsible_user_id),
      isCompleted: task.is_completed,
      ...(this.options.withTimes ? { complete_till: task.complete_till } : {}),
    };
  }

  private claim(claim: Unsorted) {
    const { called_at, form_sent_at, ...metadata } = claim.metadata;
    const lead = this.store.leads.get(claim.lead_id);
    const contact = claim.contact_id === null ? undefined : this.store.contacts.get(claim.contact_id);
    return {
      category: claim.category,
      outcome: claim.outcome,
      sourceUid: claim.source_uid,
      sourceName: claim.source_name,
      pipeline: this.store.pipeline(claim.pipeline_id)?.name ?? null,
      metadata: this.options.withTimes ? claim.metadata : metadata,
      // A claim's own cards get their times from the server: whoever makes a claim cannot give them.
      lead: lead === undefined ? null : withoutTime(this.lead(lead)),
      contact: contact === undefined ? null : withoutTime(this.card('contacts', contact)),
      ...(this.options.withTimes ? { called_at, form_sent_at } : {}),
    };
  }

  private userName(id: number): string | null {
    return this.store.user(id)?.name ?? null;
  }
}

function withoutTime<T extends { readonly created_at?: unknown }>({ created_at: _made, ...card }: T) {
  return card;
}

function sorted<T>(values: T[]): T[] {
  return values
    .map((value) => ({ value, key: JSON.stringify(value) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ value }) => value);
}
