import { type CardType, type CustomField, type FieldEntry, type FieldValue } from '../store/model.js';
import { type PortalStore } from '../store/portal-store.js';
import { type ItemReader } from './item-reader.js';

/** Reads `custom_fields_values` (§3.4, §4.1); a listed field gets exactly the values sent, an empty list clears it. */
export function readFields(store: PortalStore, type: CardType, reader: ItemReader): FieldEntry[] | undefined {
  const entries = reader.objects('custom_fields_values', { nullable: true });
  if (entries === undefined) return undefined;
  const fields: FieldEntry[] = [];
  for (const entry of entries) {
    const field = readField(store, type, entry);
    if (entry.isNull('values')) {
      if (field !== undefined) fields.push({ field_id: field.id, values: [] });
      continue;
    }
    const values = entry.objects('values', { required: true }) ?? [];
    if (field === undefined) continue;
    fields.push({
      field_id: field.id,
      values: values.map((value) => readValue(field, value)).filter((value) => value !== undefined),
    });
  }
  return fields;
}

/** The card's fields after a write: fields not named stay. */
export function mergeFields(before: readonly FieldEntry[], changes: readonly FieldEntry[]): FieldEntry[] {
  const changed = new Map(changes.map((entry) => [entry.field_id, entry]));
  const kept = before.filter((entry) => !changed.has(entry.field_id));
  return [...kept, ...changed.values()].filter((entry) => entry.values.length > 0);
}

export function showFields(store: PortalStore, type: CardType, fields: readonly FieldEntry[]): unknown[] | null {
  // A field that was deleted took its values with it.
  const shown = fields.flatMap((entry) => {
    const field = store.field(type, entry.field_id);
    if (field === undefined) return [];
    const { id, name, code, type: kind } = field;
    return [{ field_id: id, field_name: name, field_code: code, field_type: kind, values: entry.values }];
  });
  return shown.length === 0 ? null : shown;
}

function readField(store: PortalStore, type: CardType, entry: ItemReader): CustomField | undefined {
  // The name, code and type that reads return may be sent back with the values.
  for (const echo of ['field_name', 'field_type']) entry.has(echo);
  if (entry.has('field_id')) {
    entry.has('field_code');
    const id = entry.integer('field_id');
    if (id === undefined) return undefined;
    return store.field(type, id) ?? entry.notSupported('field_id');
  }
  const code = entry.string('field_code', { nullable: true });
  if (code === undefined) return entry.fail('FieldMissing', 'field_id', 'This field is missing.');
  return store.fieldByCode(type, code) ?? entry.notSupported('field_code');
}

function readValue(field: CustomField, reader: ItemReader): FieldValue | undefined {
  switch (field.type) {
    case 'multitext': {
      const value = reader.string('value', { required: true });
      const choice = readEnum(field, reader) ?? field.enums[0];
      if (value === undefined || choice === undefined) return undefined;
      return { value, enum_id: choice.id, enum_code: choice.code };
    }
    case 'select':
    case 'multiselect':
    case 'radiobutton': {
      const byValue = reader.has('value') ? field.enums.find((e) => e.value === reader.value('value')) : undefined;
      const choice = readEnum(field, reader) ?? byValue;
      if (choice === undefined) return reader.notSupported('value');
      return { value: choice.value, enum_id: choice.id, enum_code: choice.code };
    }
    case 'checkbox': {
      const value = reader.boolean('value', { required: true });
      return value === undefined ? undefined : { value };
    }
    case 'date':
    case 'date_time':
    case 'birthday': {
      const value = reader.stringOrInteger('value', { required: true });
      if (value === undefined) return undefined;
      const seconds = typeof value === 'number' ? value : Math.floor(Date.parse(value) / 1000);
      return Number.isNaN(seconds)
        ? reader.fail('InvalidType', 'value', 'This value should be a Unix time or an RFC 3339 date.')
        : { value: seconds };
    }
    case 'numeric':
    case 'monetary': {
      const value = reader.value('value', { required: true });
      if (value === undefined) return undefined;
      const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d+([.,]\d+)?$/.test(value));
      return isNumber
        ? { value: String(value) }
        : reader.fail('InvalidType', 'value', 'This value should be of type numeric.');
    }
    default: {
      const value = reader.string('value', { required: true });
      return value === undefined ? undefined : { value };
    }
  }
}

/** A kind by `enum_id`, `enum_code` or, as one of the vendor's examples has it, `enum` (§3.4). */
function readEnum(field: CustomField, reader: ItemReader) {
  if (reader.has('enum_id')) {
    const id = reader.integer('enum_id', { nullable: true });
    reader.has('enum_code');
    if (id !== undefined) return field.enums.find((e) => e.id === id) ?? reader.notSupported('enum_id');
  }
  for (const key of ['enum_code', 'enum']) {
    if (!reader.has(key)) continue;
    const code = reader.string(key, { nullable: true });
    if (code !== undefined) return field.enums.find((e) => e.code === code) ?? reader.notSupported(key);
  }
  return undefined;
}
