import { type Change } from './change.js';
import { SINGULAR, type Card, type Lead, type Note, type Task } from './model.js';

/** An event before it has its id and time (§6.3). */
export interface NewEvent {
  readonly type: string;
  readonly entity_type: string;
  readonly entity_id: number;
  readonly created_by: number;
  readonly value_after?: readonly unknown[];
  readonly value_before?: readonly unknown[];
}

/** Every type that the emulator can produce: what `GET /events/types` lists. */
export const EVENT_TYPES: Readonly<Record<string, string>> = {
  lead_added: 'Новая сделка',
  lead_deleted: 'Сделка удалена',
  lead_restored: 'Сделка восстановлена',
  lead_status_changed: 'Изменение этапа продажи',
  contact_added: 'Новый контакт',
  contact_deleted: 'Контакт удалён',
  contact_restored: 'Контакт восстановлен',
  company_added: 'Новая компания',
  company_deleted: 'Компания удалена',
  company_restored: 'Компания восстановлена',
  entity_responsible_changed: 'Ответственный изменён',
  entity_tag_added: 'Теги добавлены',
  entity_tag_deleted: 'Теги убраны',
  entity_linked: 'Прикрепление',
  entity_unlinked: 'Открепление',
  entity_merged: 'Выполнено объединение',
  task_added: 'Новая задача',
  task_completed: 'Завершение задачи',
  incoming_call: 'Входящий звонок',
  outgoing_call: 'Исходящий звонок',
  incoming_sms: 'Входящее SMS',
  outgoing_sms: 'Исходящее SMS',
  common_note_added: 'Новое примечание',
  service_note_added: 'Новое системное примечание',
};

export function eventsOf(change: Change): NewEvent[] {
  switch (change.of) {
    case 'contacts':
    case 'companies':
      return cardEvents(SINGULAR[change.of], change.before, change.after);
    case 'leads':
      return [...cardEvents('lead', change.before, change.after), ...leadEvents(change.before, change.after)];
    case 'notes':
      return change.before === undefined ? [noteEvent(change.after)] : [];
    case 'tasks':
      return taskEvents(change.before, change.after);
    case 'unsorted':
      return [];
  }
}

function cardEvents(entity: string, before: Card | undefined, after: Card): NewEvent[] {
  const event = (type: string, now: readonly unknown[] = [], then: readonly unknown[] = []): NewEvent => ({
    type,
    entity_type: entity,
    entity_id: after.id,
    created_by: before === undefined ? after.created_by : after.updated_by,
    value_after: now,
    value_before: then,
  });
  if (before === undefined) return [event(`${entity}_added`)];
  const events: NewEvent[] = [];
  if (before.is_deleted !== after.is_deleted) {
    if (after.merged_into !== null) return [event('entity_merged')];
    events.push(event(`${entity}_${after.is_deleted ? 'deleted' : 'restored'}`));
  }
  if (before.responsible_user_id !== after.responsible_user_id) {
    const user = (id: number) => [{ responsible_user: { id } }];
    events.push(event('entity_responsible_changed', user(after.responsible_user_id), user(before.responsible_user_id)));
  }
  const tags = (ids: readonly number[]) => ids.map((id) => ({ tag: { id } }));
  const added = missingIn(before.tag_ids, after.tag_ids);
  const removed = missingIn(after.tag_ids, before.tag_ids);
  if (added.length > 0) events.push(event('entity_tag_added', tags(added)));
  if (removed.length > 0) events.push(event('entity_tag_deleted', [], tags(removed)));
  return events;
}

function leadEvents(before: Lead | undefined, after: Lead): NewEvent[] {
  if (before === undefined) return [];
  const event = (type: string, now: readonly unknown[], then: readonly unknown[]): NewEvent => ({
    type,
    entity_type: 'lead',
    entity_id: after.id,
    created_by: after.updated_by,
    value_after: now,
    value_before: then,
  });
  const events: NewEvent[] = [];
  if (before.status_id !== after.status_id || before.pipeline_id !== after.pipeline_id) {
    const status = (lead: Lead) => [{ lead_status: { id: lead.status_id, pipeline_id: lead.pipeline_id } }];
    events.push(event('lead_status_changed', status(after), status(before)));
  }
  const links = (ids: readonly string[]) => ids.map((id) => ({ link: { entity: JSON.parse(id) as unknown } }));
  const linked = missingIn(linksOf(before), linksOf(after));
  const unlinked = missingIn(linksOf(after), linksOf(before));
  if (linked.length > 0) events.push(event('entity_linked', links(linked), []));
  if (unlinked.length > 0) events.push(event('entity_unlinked', [], links(unlinked)));
  return events;
}

/** A lead's links as texts that can be compared. */
function linksOf({ contacts, company_id }: Lead): string[] {
  const link = (type: string, id: number) => JSON.stringify({ type, id });
  const company = company_id === null ? [] : [link('company', company_id)];
  return [...contacts.map(({ id }) => link('contact', id)), ...company];
}

function taskEvents(before: Task | undefined, after: Task): NewEvent[] {
  const event = (type: string, by: number): NewEvent => ({
    type,
    entity_type: 'task',
    entity_id: after.id,
    created_by: by,
  });
  if (before === undefined) return [event('task_added', after.created_by)];
  return !before.is_completed && after.is_completed ? [event('task_completed', after.updated_by)] : [];
}

const NOTE_EVENTS: Readonly<Record<string, string>> = {
  call_in: 'incoming_call',
  call_out: 'outgoing_call',
  sms_in: 'incoming_sms',
  sms_out: 'outgoing_sms',
  common: 'common_note_added',
};

function noteEvent(note: Note): NewEvent {
  return {
    type: NOTE_EVENTS[note.note_type] ?? 'service_note_added',
    entity_type: SINGULAR[note.entity_type],
    entity_id: note.entity_id,
    created_by: note.created_by,
    value_after: [{ note: { id: note.id } }],
  };
}

function missingIn<T>(known: readonly T[], values: readonly T[]): T[] {
  return known === values ? [] : values.filter((value) => !known.includes(value));
}
