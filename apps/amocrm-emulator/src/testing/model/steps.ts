import { type Expected, type NewContact, type PortalModel } from './portal-model.js';

/** One request on the wire, what the model does for it, and what of a 200's body the model knows about. */
export interface Step {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** @param n how many items of the batch take effect, where a fault stopped it halfway */
  apply(n?: number): Expected;
  see(body: never): unknown;
}

/** A request, made only when its turn comes: which ids there are depends on what came before. */
export type Planned = (model: PortalModel) => Step;

interface Row {
  readonly id: number;
  readonly name: string;
}
interface List {
  readonly _embedded: Record<string, readonly Record<string, unknown>[]>;
  readonly _links: { readonly next?: unknown };
}

const ids = (key: string) => (body: List) => body._embedded[key]?.map(({ id }) => id);
const rows = (key: string, field: string) => (body: List) => ({
  rows: body._embedded[key]?.map((row) => row[field]),
  hasNext: body._links.next !== undefined,
});
const ownId = (body: Row) => body.id;

export const addContacts =
  (items: readonly NewContact[]): Planned =>
  (model) => ({
    method: 'POST',
    path: '/api/v4/contacts',
    body: items.map(({ name, phone, userId }) => ({
      name,
      responsible_user_id: userId,
      custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone }] }],
    })),
    apply: (n) => model.addContacts(items, n),
    see: ids('contacts'),
  });

export const tagContact =
  (pick: number, tag: string): Planned =>
  (model) => {
    const id = model.pick('contacts', pick);
    const body = { tags_to_add: [{ name: tag }] };
    return {
      method: 'PATCH',
      path: `/api/v4/contacts/${id}`,
      body,
      apply: (n) => model.tagContact(id, tag, n),
      see: ownId,
    };
  };

export const getContact =
  (pick: number): Planned =>
  (model) => {
    const id = model.pick('contacts', pick);
    const see = (body: Row & { _embedded: { tags: Row[] } }) => [
      body.id,
      body.name,
      body._embedded.tags.map((tag) => tag.name),
    ];
    return { method: 'GET', path: `/api/v4/contacts/${id}`, apply: () => model.contact(id), see };
  };

export const getLead =
  (pick: number): Planned =>
  (model) => {
    const id = model.pick('leads', pick);
    const see = (body: Row & { status_id: number; _embedded: { contacts: Row[] } }) => [
      body.id,
      body.name,
      body.status_id,
      body._embedded.contacts[0]?.id ?? null,
    ];
    return { method: 'GET', path: `/api/v4/leads/${id}?with=contacts`, apply: () => model.lead(id), see };
  };

export const listContacts =
  (page: number, limit: number): Planned =>
  (model) => ({
    method: 'GET',
    path: `/api/v4/contacts?page=${page}&limit=${limit}`,
    apply: () => model.listContacts(page, limit),
    see: rows('contacts', 'id'),
  });

export const findPhone =
  (digits: string): Planned =>
  (model) => ({
    method: 'GET',
    path: `/api/v4/contacts?query=${digits}`,
    apply: () => model.findPhone(digits),
    see: rows('contacts', 'id'),
  });

export const addLead =
  (name: string, pick: number, statusId: number): Planned =>
  (model) => {
    const contact = model.pick('contacts', pick);
    return {
      method: 'POST',
      path: '/api/v4/leads',
      body: [{ name, pipeline_id: 3101, status_id: statusId, _embedded: { contacts: [{ id: contact }] } }],
      apply: (n) => model.addLead(name, contact, statusId, n),
      see: ids('leads'),
    };
  };

export const moveLead =
  (pick: number, statusId: number): Planned =>
  (model) => {
    const id = model.pick('leads', pick);
    const body = { pipeline_id: 3101, status_id: statusId };
    return {
      method: 'PATCH',
      path: `/api/v4/leads/${id}`,
      body,
      apply: (n) => model.moveLead(id, statusId, n),
      see: ownId,
    };
  };

export const addCalls =
  (pick: number, durations: readonly number[]): Planned =>
  (model) => {
    const contact = model.pick('contacts', pick);
    return {
      method: 'POST',
      path: `/api/v4/contacts/${contact}/notes`,
      body: durations.map((duration) => ({ note_type: 'call_in', params: { duration, source: 'АТС', phone: '+7' } })),
      apply: (n) => model.addCalls(contact, durations, n),
      see: ids('notes'),
    };
  };

export const listCalls =
  (pick: number): Planned =>
  (model) => {
    const contact = model.pick('contacts', pick);
    const see = (body: { _embedded: { notes: { params: { duration: number } }[] }; _links: { next?: unknown } }) => ({
      rows: body._embedded.notes.map(({ params }) => params.duration),
      hasNext: body._links.next !== undefined,
    });
    return { method: 'GET', path: `/api/v4/contacts/${contact}/notes`, apply: () => model.listCalls(contact), see };
  };

export const addTasks =
  (userIds: readonly number[]): Planned =>
  (model) => ({
    method: 'POST',
    path: '/api/v4/tasks',
    body: userIds.map((responsible_user_id) => ({ text: 'Перезвонить', complete_till: 1, responsible_user_id })),
    apply: (n) => model.addTasks(userIds, n),
    see: ids('tasks'),
  });

export const completeTask =
  (pick: number): Planned =>
  (model) => {
    const id = model.pick('tasks', pick);
    const body = { is_completed: true };
    return { method: 'PATCH', path: `/api/v4/tasks/${id}`, body, apply: (n) => model.completeTask(id, n), see: ownId };
  };

export const listOpenTasks =
  (page: number, limit: number): Planned =>
  (model) => ({
    method: 'GET',
    path: `/api/v4/tasks?filter[is_completed]=0&page=${page}&limit=${limit}`,
    apply: () => model.listOpenTasks(page, limit),
    see: rows('tasks', 'id'),
  });

export const addClaim =
  (source: string): Planned =>
  (model) => {
    const cards = { leads: [{ name: source }], contacts: [{ name: source }] };
    return {
      method: 'POST',
      path: '/api/v4/leads/unsorted/sip',
      body: [{ source_uid: source, source_name: 'АТС', _embedded: cards }],
      apply: (n) => model.addClaim(source, n),
      see: (body: { _embedded: { unsorted: { _embedded: Record<string, Row[]> }[] } }) =>
        ['leads', 'contacts'].map((key) => body._embedded.unsorted[0]?._embedded[key]?.map(({ id }) => id)),
    };
  };

/** @param uidOf finds the uid that the emulator made: of the claim that waits, or of one that did */
export const decideClaim =
  (source: string, uidOf: (source: string) => string, decision: 'accept' | 'decline'): Planned =>
  (model) => ({
    method: decision === 'accept' ? 'POST' : 'DELETE',
    path: `/api/v4/leads/unsorted/${uidOf(source)}/${decision}`,
    body: {},
    apply: () => model.decideClaim(source, decision),
    see: ids('leads'),
  });

export const listClaims = (): Planned => (model) => ({
  method: 'GET',
  path: '/api/v4/leads/unsorted',
  apply: () => model.listClaims(),
  see: rows('unsorted', 'source_uid'),
});
