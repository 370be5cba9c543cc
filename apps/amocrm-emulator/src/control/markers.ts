import { isObject } from '../api/item-reader.js';
import { CARD_TYPES, type CustomField, digitsOf } from '../store/model.js';
import { type PortalStore } from '../store/portal-store.js';

/**
 * What the items of a POST can be recognised by later (§10): the `uniq` of call notes, source_uid and uniq of claims,
 * values of API-only text fields, phones, and for tasks all that tells them apart: their
 * fields, and a `request_id` by which their sender knows them, if it is more than a place in the batch.
 */
export function markersOf(store: PortalStore, path: string, body: unknown): string[] {
  const markers = new Set<string>();
  collect(store, body, path.endsWith('/tasks'), markers);
  // Claims of one caller are many by right, each with its hidden contact: there a phone says nothing.
  if (path.startsWith('/api/v4/leads/unsorted')) return [...markers].filter((marker) => !marker.startsWith('phone:'));
  return [...markers];
}

function collect(store: PortalStore, value: unknown, isTask: boolean, markers: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) collect(store, item, isTask, markers);
    return;
  }
  if (!isObject(value)) return;
  const { params, metadata, source_uid, custom_fields_values, _embedded } = value;
  if (isObject(params) && typeof params['uniq'] === 'string') markers.add(`note:${params['uniq']}`);
  if (typeof source_uid === 'string') {
    const uniq = isObject(metadata) ? metadata['uniq'] : value['uniq'];
    markers.add(`unsorted:${source_uid}|${typeof uniq === 'string' ? uniq : ''}`);
  }
  // An item of /calls carries what a call note has in its params.
  if (typeof value['direction'] === 'string' && typeof value['uniq'] === 'string') markers.add(`note:${value['uniq']}`);
  if (isTask && typeof value['text'] === 'string') markers.add(taskMarker(value) + ownId(value));
  if (Array.isArray(custom_fields_values)) {
    for (const entry of custom_fields_values as unknown[]) collectField(store, entry, markers);
  }
  if (isObject(_embedded)) {
    for (const key of ['leads', 'contacts', 'companies', 'metadata']) collect(store, _embedded[key], false, markers);
  }
}

function collectField(store: PortalStore, entry: unknown, markers: Set<string>): void {
  if (!isObject(entry) || !Array.isArray(entry['values'])) return;
  const field = findField(store, entry['field_id'], entry['field_code']);
  for (const value of entry['values'] as unknown[]) {
    if (!isObject(value) || typeof value['value'] !== 'string') continue;
    if (field?.code === 'PHONE') markers.add(`phone:${digitsOf(value['value']).slice(-10)}`);
    else if (field?.is_api_only === true) markers.add(`field:${field.id}:${value['value']}`);
  }
}

function findField(store: PortalStore, id: unknown, code: unknown): CustomField | undefined {
  for (const type of CARD_TYPES) {
    const field = store.directory.fields[type].find((f) => f.id === id || (id === undefined && f.code === code));
    if (field !== undefined) return field;
  }
  return undefined;
}

function ownId({ request_id: id }: Record<string, unknown>): string {
  return typeof id === 'string' && !/^\d+$/.test(id) ? `|${id}` : '';
}

export function taskMarker(task: Record<string, unknown>): string {
  const parts = [
    task['entity_type'],
    task['entity_id'],
    task['task_type_id'] ?? 1,
    task['text'],
    task['complete_till'],
  ];
  return `task:${JSON.stringify(parts)}`;
}
