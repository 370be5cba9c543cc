import { type EntityType } from './inputs.js';
import {
  accountSchema,
  cardSchema,
  customFieldSchema,
  eventSchema,
  leadSchema,
  noteSchema,
  pipelineSchema,
  tagSchema,
  taskSchema,
  unsortedSchema,
  unsortedSummarySchema,
  userSchema,
  type Account,
  type AccountPart,
  type Company,
  type Contact,
  type CustomField,
  type Event,
  type Lead,
  type Note,
  type Pipeline,
  type Tag,
  type Task,
  type Unsorted,
  type UnsortedSummary,
  type User,
} from './models.js';
import { Getter, maxPageSize, type Pages, type PagingOptions } from './getter.js';
import { type CallOptions, type Requester } from './requester.js';
import { type ReadResult } from './result.js';

/** A search by ten digits finds a handful; one that fills four pages matched something else (§3.6). */
const maxSearchPages = 4;
/** Ids in one filter: keeps the address under 4 KiB. */
const maxIdsPerFilter = 100;

const maxEventPageSize = 100;

export interface ListOptions extends PagingOptions {
  /** Which newest comes first; default `id`. By `updated_at` an entity that changes while we read moves to the front. */
  by?: 'id' | 'updated_at';
}

const newestFirst = (by: 'id' | 'updated_at' = 'id') => ({ [`order[${by}]`]: 'desc' });

/** Which leads exist. `missing`: amoCRM has no such id for this token (never existed, deleted for good, or not visible). */
export interface LeadsById {
  found: Lead[];
  missing: number[];
}

export type Reads = ReturnType<typeof createReads>;

/** Everything that only reads. */
export function createReads(requester: Requester) {
  const get = new Getter(requester);
  const api = {
    /** The account behind the host, with task types, time zone and whether paid filters are on (§3.1). */
    account({
      with: parts = ['task_types', 'datetime_settings', 'is_api_filter_enabled'],
      ...options
    }: CallOptions & { with?: readonly AccountPart[] } = {}): Promise<ReadResult<Account>> {
      const query = { with: parts.join(',') };
      return get.one('/api/v4/account', '/api/v4/account', query, accountSchema, options);
    },

    /** All users. `rejected: forbidden` when the token's owner is not an administrator (§3.2). */
    users(options?: CallOptions): Promise<ReadResult<User[]>> {
      return get.all('/api/v4/users', 'users', userSchema, { with: 'phone_number' }, options);
    },

    /** null: no such user. */
    user(id: number, options?: CallOptions): Promise<ReadResult<User | null>> {
      return get.byIdOr404('/api/v4/users', id, { with: 'phone_number' }, userSchema, options);
    },

    /** All pipelines with their stages (§3.3). */
    pipelines(options?: CallOptions): Promise<ReadResult<Pipeline[]>> {
      return get.all('/api/v4/leads/pipelines', 'pipelines', pipelineSchema, {}, options);
    },

    /** All custom fields of an entity (§3.4). */
    customFields(entityType: EntityType, options?: CallOptions): Promise<ReadResult<CustomField[]>> {
      return get.all(`/api/v4/${entityType}/custom_fields`, 'custom_fields', customFieldSchema, {}, options);
    },

    /** The tag of this very name, or all of an entity type: ids differ between the types (§4.2). */
    tags(
      entityType: EntityType,
      { name, ...options }: CallOptions & { name?: string } = {},
    ): Promise<ReadResult<Tag[]>> {
      return get.all(`/api/v4/${entityType}/tags`, 'tags', tagSchema, { 'filter[name]': name }, options);
    },

    /** Text search over filled fields, with its false hits: verify the phone of each (§3.6). Leads as ids. */
    findContacts(query: string, options?: CallOptions): Promise<ReadResult<Contact[]>> {
      return get.all('/api/v4/contacts', 'contacts', cardSchema, { query, with: 'leads' }, options, maxSearchPages);
    },

    /** As {@link findContacts}, for companies: a phone may sit on a company too (§3.4). */
    findCompanies(query: string, options?: CallOptions): Promise<ReadResult<Company[]>> {
      return get.all('/api/v4/companies', 'companies', cardSchema, { query, with: 'leads' }, options, maxSearchPages);
    },

    /** Leads by a text in any field, such as a marker. */
    findLeads(query: string, options?: CallOptions): Promise<ReadResult<Lead[]>> {
      return get.all('/api/v4/leads', 'leads', leadSchema, { query, with: 'contacts' }, options, maxSearchPages);
    },

    /** null: no such contact for this token (204, §2.4). */
    contact(id: number, options?: CallOptions): Promise<ReadResult<Contact | null>> {
      return get.byId('/api/v4/contacts', id, { with: 'leads' }, cardSchema, options);
    },

    company(id: number, options?: CallOptions): Promise<ReadResult<Company | null>> {
      return get.byId('/api/v4/companies', id, { with: 'leads' }, cardSchema, options);
    },

    lead(id: number, options?: CallOptions): Promise<ReadResult<Lead | null>> {
      return get.byId('/api/v4/leads', id, { with: 'contacts' }, leadSchema, options);
    },

    /**
     * Leads by id. The id filter is a paid add-on and is ignored in silence where it is off (§3.5), so: with
     * `filtersEnabled` (from {@link account}) up to 100 ids a request, the answer is checked to hold asked ids only, and
     * every id that it lacks is asked for by itself; otherwise, or if the check fails, one request per id. The first
     * failure ends it.
     */
    async leads(
      ids: readonly number[],
      { filtersEnabled = false, ...options }: CallOptions & { filtersEnabled?: boolean } = {},
    ): Promise<ReadResult<LeadsById>> {
      const asked = [...new Set(ids)];
      const found = new Map<number, Lead>();
      if (filtersEnabled && asked.length > 1) {
        for (let at = 0; at < asked.length; at += maxIdsPerFilter) {
          const chunk = new Set(asked.slice(at, at + maxIdsPerFilter));
          const page = await get.page(
            '/api/v4/leads',
            '/api/v4/leads',
            'leads',
            leadSchema,
            { 'filter[id]': [...chunk], 'with': 'contacts', 'limit': maxPageSize },
            options,
          );
          if (page.kind !== 'done') return page;
          // One stranger proves that the filter was not applied: what else came is chance, and still true.
          for (const lead of page.value.items) if (chunk.has(lead.id)) found.set(lead.id, lead);
          if (page.value.items.some((lead) => !chunk.has(lead.id))) break;
        }
      }
      const missing: number[] = [];
      for (const id of asked) {
        if (found.has(id)) continue;
        const lead = await api.lead(id, options);
        if (lead.kind !== 'done') return lead;
        if (lead.value) found.set(id, lead.value);
        else missing.push(id);
      }
      return { kind: 'done', value: { found: [...found.values()], missing } };
    },

    /** Contacts, newest first: by id, the look for one just created; by change, what is new since the last read. */
    listContacts(options: ListOptions & { with?: 'leads' } = {}): Pages<Contact> {
      return get.pages(
        '/api/v4/contacts',
        '/api/v4/contacts',
        'contacts',
        cardSchema,
        { ...newestFirst(options.by), with: options.with },
        options,
        (card) => card.id,
      );
    },

    listCompanies(options: ListOptions & { with?: 'leads' } = {}): Pages<Company> {
      return get.pages(
        '/api/v4/companies',
        '/api/v4/companies',
        'companies',
        cardSchema,
        { ...newestFirst(options.by), with: options.with },
        options,
        (card) => card.id,
      );
    },

    /** Leads, newest first, with the ids of their contacts. */
    listLeads(options: ListOptions = {}): Pages<Lead> {
      return get.pages(
        '/api/v4/leads',
        '/api/v4/leads',
        'leads',
        leadSchema,
        { ...newestFirst(options.by), with: 'contacts' },
        options,
        (lead) => lead.id,
      );
    },

    /** Unsorted claims, newest first. Accepted and declined ones are not in it (§5.1). */
    listUnsorted({ category, ...options }: PagingOptions & { category?: 'sip' | 'forms' } = {}): Pages<Unsorted> {
      return get.pages(
        '/api/v4/leads/unsorted',
        '/api/v4/leads/unsorted',
        'unsorted',
        unsortedSchema,
        {
          'order[created_at]': 'desc',
          'filter[category]': category === undefined ? undefined : [category],
        },
        options,
        (claim) => claim.uid,
      );
    },

    /** null: no claim waits under this uid; it may have been accepted or declined (§5.3). */
    unsorted(uid: string, options?: CallOptions): Promise<ReadResult<Unsorted | null>> {
      return get.byIdOr404('/api/v4/leads/unsorted', encodeURIComponent(uid), {}, unsortedSchema, options);
    },

    /** What became of claims: with one uid, whether that one was accepted or declined. */
    unsortedSummary({ uids, ...options }: CallOptions & { uids?: readonly string[] } = {}): Promise<
      ReadResult<UnsortedSummary>
    > {
      const path = '/api/v4/leads/unsorted/summary';
      return get.one(path, path, { 'filter[uid]': uids }, unsortedSummarySchema, options);
    },

    /** Notes of one card, newest id first (§6.2: these filters are not part of the paid add-on). */
    listNotes(
      entityType: EntityType,
      entityId: number,
      { types, ...options }: PagingOptions & { types?: readonly string[] } = {},
    ): Pages<Note> {
      return get.pages(
        `/api/v4/${entityType}/{id}/notes`,
        `/api/v4/${entityType}/${entityId}/notes`,
        'notes',
        noteSchema,
        {
          'order[id]': 'desc',
          'filter[note_type]': types,
        },
        options,
        (note) => note.id,
      );
    },

    /** Notes of all cards of a type, newest id first: the look for a note whose card is not known. */
    listNotesOfAll(
      entityType: EntityType,
      {
        types,
        updatedFrom,
        ...options
      }: PagingOptions & {
        types?: readonly string[];
        /** Unix seconds. */
        updatedFrom?: number;
      } = {},
    ): Pages<Note> {
      const path = `/api/v4/${entityType}/notes`;
      const query = { 'order[id]': 'desc', 'filter[note_type]': types, 'filter[updated_at][from]': updatedFrom };
      return get.pages(path, path, 'notes', noteSchema, query, options, (note) => note.id);
    },

    note(entityType: EntityType, id: number, options?: CallOptions): Promise<ReadResult<Note | null>> {
      return get.byId(`/api/v4/${entityType}/notes`, id, {}, noteSchema, options);
    },

    /** What happened in the account, newest first; at most 100 a page (§6.3). Merges and deletions are told nowhere else. */
    listEvents({
      types,
      createdFrom,
      pageSize = maxEventPageSize,
      ...options
    }: PagingOptions & {
      types?: readonly string[];
      /** Unix seconds. */
      createdFrom?: number;
    } = {}): Pages<Event> {
      const path = '/api/v4/events';
      const query = { 'filter[type]': types, 'filter[created_at][from]': createdFrom };
      const paging = { ...options, pageSize: Math.min(pageSize, maxEventPageSize) };
      return get.pages(path, path, 'events', eventSchema, query, paging, (event) => event.id);
    },

    task(id: number, options?: CallOptions): Promise<ReadResult<Task | null>> {
      return get.byId('/api/v4/tasks', id, {}, taskSchema, options);
    },

    /** Tasks, newest id first; of one card if it is given, else of the account. */
    listTasks({
      entity,
      isCompleted,
      ...options
    }: PagingOptions & { entity?: { type: EntityType; id: number }; isCompleted?: boolean } = {}): Pages<Task> {
      return get.pages(
        '/api/v4/tasks',
        '/api/v4/tasks',
        'tasks',
        taskSchema,
        {
          'order[id]': 'desc',
          'filter[entity_type]': entity?.type,
          'filter[entity_id]': entity?.id,
          'filter[is_completed]': isCompleted === undefined ? undefined : Number(isCompleted),
        },
        options,
        (task) => task.id,
      );
    },
  };
  return api;
}
