import { type Clock } from '../clock.js';
import { type SeededRandom } from '../random.js';
import {
  type Card,
  type CardType,
  type Company,
  type Contact,
  type CrmEvent,
  type CustomField,
  type Lead,
  type Note,
  type Pipeline,
  type Role,
  type Source,
  type Status,
  type Tag,
  type Task,
  type TaskType,
  type Unsorted,
  type User,
  LOST,
  WON,
} from './model.js';
import { type Change } from './change.js';
import { eventsOf, type NewEvent } from './events-of-change.js';
import { PhoneIndex } from './phone-index.js';
import { Relation } from './relation.js';
import { TagBook } from './tag-book.js';
import { VersionedCollection } from './versioned-collection.js';

type DirectoryIds = 'users' | 'pipelines' | 'statuses' | 'sources' | 'tags' | 'fields' | 'enums';
type IdSpace = CardType | 'notes' | 'tasks' | 'unsorted' | 'events' | DirectoryIds;

/** The people, pipelines and dictionaries of a portal: small, edited as a whole. */
export interface Directory {
  users: User[];
  roles: Role[];
  pipelines: Pipeline[];
  sources: Source[];
  taskTypes: TaskType[];
  fields: Record<CardType, CustomField[]>;
  tags: Record<CardType, TagBook>;
}

/**
 * The contents of one portal. Knows nothing of HTTP or of who asks; keeps the reverse side of links, gives out ids and
 * records events. The caller has validated what it writes.
 */
export class PortalStore {
  contacts = new VersionedCollection<Contact>();
  companies = new VersionedCollection<Company>();
  leads = new VersionedCollection<Lead>();
  notes = new VersionedCollection<Note>();
  tasks = new VersionedCollection<Task>();
  unsorted = new VersionedCollection<Unsorted>();
  events = new VersionedCollection<CrmEvent>();

  phones = new PhoneIndex();
  private leadsByContact = new Relation<number>();
  private leadsByCompany = new Relation<number>();
  private contactsByCompany = new Relation<number>();
  private notesByEntity = new Relation<string>();
  private tasksByEntity = new Relation<string>();
  private claimsBySource = new Relation<string>();
  private unsortedByUid = new Map<string, number>();

  constructor(
    readonly accountId: number,
    readonly createdAt: number,
    readonly directory: Directory,
    private readonly nextIds: Record<IdSpace, number>,
    private readonly clock: Clock,
    private readonly random: SeededRandom,
    /** How far lists and search lag behind writes, read anew at each write. */
    private readonly listingLagMs: () => number,
    /** Told of every write after it: hooks come from there. */
    private readonly onChange: (change: Change) => void,
  ) {}

  newId(space: IdSpace): number {
    return this.nextIds[space]++;
  }

  newUid(): string {
    return this.random.text(32, '0123456789abcdef');
  }

  nowMs(): number {
    return this.clock.nowMs();
  }

  nowSec(): number {
    return Math.floor(this.clock.nowMs() / 1000);
  }

  /** Lists and search know of writes up to here. */
  cutoffMs(): number {
    return this.clock.nowMs() - this.listingLagMs();
  }

  card(type: CardType, id: number): Contact | Company | Lead | undefined {
    return this[type].get(id);
  }

  putContact(contact: Contact): Contact {
    const before = this.contacts.get(contact.id);
    if (before?.company_id != null) this.contactsByCompany.remove(before.company_id, contact.id);
    if (contact.company_id !== null) this.contactsByCompany.add(contact.company_id, contact.id);
    this.phones.update('contacts', this.fieldByCode('contacts', 'PHONE'), before, contact);
    this.put(this.contacts, contact);
    this.changed({ of: 'contacts', before, after: contact });
    return contact;
  }

  putCompany(company: Company): Company {
    const before = this.companies.get(company.id);
    this.phones.update('companies', this.fieldByCode('companies', 'PHONE'), before, company);
    this.put(this.companies, company);
    this.changed({ of: 'companies', before, after: company });
    return company;
  }

  putLead(lead: Lead): Lead {
    const before = this.leads.get(lead.id);
    for (const contact of before?.contacts ?? []) this.leadsByContact.remove(contact.id, lead.id);
    for (const contact of lead.contacts) this.leadsByContact.add(contact.id, lead.id);
    if (before?.company_id != null) this.leadsByCompany.remove(before.company_id, lead.id);
    if (lead.company_id !== null) this.leadsByCompany.add(lead.company_id, lead.id);
    this.put(this.leads, lead);
    this.changed({ of: 'leads', before, after: lead });
    return lead;
  }

  /** Changes what all kinds of cards have in common. */
  amend(type: CardType, id: number, changes: Partial<Card>): void {
    if (type === 'contacts') amended(this.contacts.get(id), (card) => this.putContact({ ...card, ...changes }));
    else if (type === 'companies') amended(this.companies.get(id), (card) => this.putCompany({ ...card, ...changes }));
    else amended(this.leads.get(id), (card) => this.putLead({ ...card, ...changes }));
  }

  /** A second card with the same contents, as people make them who know nothing of each other. */
  double(type: CardType, id: number, newId: number): void {
    if (type === 'contacts') amended(this.contacts.get(id), (card) => this.putContact({ ...card, id: newId }));
    else if (type === 'companies') amended(this.companies.get(id), (card) => this.putCompany({ ...card, id: newId }));
    else amended(this.leads.get(id), (card) => this.putLead({ ...card, id: newId }));
  }

  putNote(note: Note): Note {
    const before = this.notes.get(note.id);
    if (before !== undefined) this.notesByEntity.remove(`${before.entity_type}/${before.entity_id}`, note.id);
    this.notesByEntity.add(`${note.entity_type}/${note.entity_id}`, note.id);
    this.put(this.notes, note);
    this.changed({ of: 'notes', before, after: note });
    return note;
  }

  putTask(task: Task): Task {
    const before = this.tasks.get(task.id);
    if (before?.entity_type != null) this.tasksByEntity.remove(`${before.entity_type}/${before.entity_id}`, task.id);
    if (task.entity_type !== null) this.tasksByEntity.add(`${task.entity_type}/${task.entity_id}`, task.id);
    this.put(this.tasks, task);
    this.changed({ of: 'tasks', before, after: task });
    return task;
  }

  putUnsorted(claim: Unsorted): Unsorted {
    const before = this.unsorted.get(claim.id);
    this.unsortedByUid.set(claim.uid, claim.id);
    this.claimsBySource.add(claim.source_uid, claim.id);
    this.put(this.unsorted, claim);
    this.changed({ of: 'unsorted', before, after: claim });
    return claim;
  }

  unsortedOf(uid: string): Unsorted | undefined {
    const id = this.unsortedByUid.get(uid);
    return id === undefined ? undefined : this.unsorted.get(id);
  }

  claimsOfSource(sourceUid: string): Unsorted[] {
    return this.claimsBySource.of(sourceUid).flatMap((id) => this.unsorted.get(id) ?? []);
  }

  leadsOfContact(id: number): readonly number[] {
    return this.leadsByContact.of(id);
  }

  leadsOfCompany(id: number): readonly number[] {
    return this.leadsByCompany.of(id);
  }

  contactsOfCompany(id: number): readonly number[] {
    return this.contactsByCompany.of(id);
  }

  notesOf(type: CardType, id: number): readonly number[] {
    return this.notesByEntity.of(`${type}/${id}`);
  }

  tasksOf(type: CardType, id: number): readonly number[] {
    return this.tasksByEntity.of(`${type}/${id}`);
  }

  /** The term of the next open task on a card (§3.4 `closest_task_at`). */
  closestTaskAt(type: CardType, id: number): number | null {
    let closest: number | null = null;
    for (const taskId of this.tasksOf(type, id)) {
      const task = this.tasks.get(taskId);
      if (task === undefined || task.is_completed) continue;
      if (closest === null || task.complete_till < closest) closest = task.complete_till;
    }
    return closest;
  }

  user(id: number): User | undefined {
    return this.directory.users.find((user) => user.id === id);
  }

  pipeline(id: number): Pipeline | undefined {
    return this.directory.pipelines.find((pipeline) => pipeline.id === id);
  }

  mainPipeline(): Pipeline {
    const main = this.directory.pipelines.find((pipeline) => pipeline.is_main) ?? this.directory.pipelines[0];
    if (main === undefined) throw new Error('a portal always has a pipeline (§3.3: the last one cannot be deleted)');
    return main;
  }

  /** The stage new leads enter: the first that is neither «Неразобранное» nor closed. */
  firstWorkingStatus(pipeline: Pipeline): Status {
    const working = pipeline.statuses.filter((status) => status.type === 0 && status.id !== WON && status.id !== LOST);
    const first = working.sort((a, b) => a.sort - b.sort)[0];
    if (first === undefined) throw new Error(`pipeline ${pipeline.id} has no working stage`);
    return first;
  }

  unsortedStatus(pipeline: Pipeline): Status | undefined {
    return pipeline.statuses.find((status) => status.type === 1);
  }

  field(type: CardType, id: number): CustomField | undefined {
    return this.directory.fields[type].find((field) => field.id === id);
  }

  fieldByCode(type: CardType, code: string): CustomField | undefined {
    return this.directory.fields[type].find((field) => field.code === code);
  }

  tag(type: CardType, id: number): Tag | undefined {
    return this.directory.tags[type].get(id);
  }

  /** The tag of that name; an existing name gives the existing id (§4.2). */
  tagNamed(type: CardType, name: string): Tag {
    const existing = this.directory.tags[type].named(name);
    if (existing !== undefined) return existing;
    const tag = { id: this.newId('tags'), name };
    this.directory.tags[type].add(tag);
    return tag;
  }

  record(event: NewEvent): void {
    this.put(this.events, {
      value_after: [],
      value_before: [],
      ...event,
      id: this.newId('events'),
      event_id: this.random.text(26, '0123456789abcdefghjkmnpqrstvwxyz'),
      created_at: this.nowSec(),
    });
  }

  /** An independent copy for a snapshot; values are shared, since they never change. */
  copy(): PortalStore {
    const copy = this.withoutCards();
    copy.contacts = this.contacts.copy();
    copy.companies = this.companies.copy();
    copy.leads = this.leads.copy();
    copy.notes = this.notes.copy();
    copy.tasks = this.tasks.copy();
    copy.unsorted = this.unsorted.copy();
    copy.events = this.events.copy();
    copy.leadsByContact = this.leadsByContact.copy();
    copy.leadsByCompany = this.leadsByCompany.copy();
    copy.contactsByCompany = this.contactsByCompany.copy();
    copy.notesByEntity = this.notesByEntity.copy();
    copy.tasksByEntity = this.tasksByEntity.copy();
    copy.claimsBySource = this.claimsBySource.copy();
    copy.phones = this.phones.copy();
    copy.unsortedByUid = new Map(this.unsortedByUid);
    return copy;
  }

  /** A portal with the same people, pipelines, fields and tags and nothing in it; ids go on from here. */
  withoutCards(): PortalStore {
    const { users, roles, pipelines, sources, taskTypes, fields, tags } = this.directory;
    const directory: Directory = {
      users: [...users],
      roles: [...roles],
      pipelines: [...pipelines],
      sources: [...sources],
      taskTypes: [...taskTypes],
      fields: { contacts: [...fields.contacts], companies: [...fields.companies], leads: [...fields.leads] },
      tags: {
        contacts: new TagBook(tags.contacts.all()),
        companies: new TagBook(tags.companies.all()),
        leads: new TagBook(tags.leads.all()),
      },
    };
    const { accountId, createdAt, nextIds, clock, random, listingLagMs, onChange } = this;
    return new PortalStore(accountId, createdAt, directory, { ...nextIds }, clock, random, listingLagMs, onChange);
  }

  private changed(change: Change): void {
    for (const event of eventsOf(change)) this.record(event);
    this.onChange(change);
  }

  private put<T extends { readonly id: number }>(collection: VersionedCollection<T>, value: T): void {
    collection.put(value, this.clock.nowMs(), this.cutoffMs());
  }
}

function amended<T>(card: T | undefined, put: (card: T) => unknown): void {
  if (card !== undefined) put(card);
}
