import { NO_CONTENT, ok, problem, refuseInvalid, Refusal, type Answer } from '../http/answer.js';
import { type Exchange, idParam, orderOf } from '../http/exchange.js';
import { pageOf, requestLink, selfLink } from '../http/hal.js';
import { queryBranch, queryList } from '../http/query.js';
import { type Handler } from '../http/router.js';
import { type CardType, type CustomField } from '../store/model.js';
import { itemsOf, objectOf, writeBatch, type BatchItem } from './batch.js';
import { ItemReader } from './item-reader.js';
import { requireAdmin } from './rights.js';

const FIELD_TYPES = new Set([
  'text',
  'numeric',
  'checkbox',
  'select',
  'multiselect',
  'date',
  'url',
  'textarea',
  'radiobutton',
  'streetaddress',
  'smart_address',
  'birthday',
  'legal_entity',
  'date_time',
  'price',
  'category',
  'items',
  'tracking_data',
  'monetary',
]);

/** The field directory of one kind of card (§3.4). */
export function customFieldsOf(type: CardType): Record<'list' | 'get' | 'create' | 'update' | 'remove', Handler> {
  return {
    list: (x) => {
      const types = queryList(queryBranch(x.query, 'filter'), 'type');
      const order = orderOf(x, ['sort', 'id']);
      const sign = order?.direction === 'desc' ? -1 : 1;
      const key = order?.field ?? 'sort';
      const fields = x.store.directory.fields[type]
        .filter((field) => types === undefined || types.includes(field.type))
        .sort((a, b) => sign * (a[key] - b[key]));
      return pageOf(x, 'custom_fields', fields, (field) => showField(x, type, field));
    },
    get: (x) => {
      return ok(showField(x, type, fieldOf(x, type)));
    },
    update: (x) => update(x, type),
    remove: (x) => remove(x, type),
    create: (x) => {
      requireAdmin(x);
      return writeBatch(
        x,
        itemsOf(x),
        (item) => prepareField(x, type, item),
        (created) => ({ _total_items: created.length, ...requestLink(x), _embedded: { custom_fields: created } }),
      );
    },
  };
}

function fieldOf(x: Exchange, type: CardType): CustomField {
  const field = x.store.field(type, idParam(x));
  if (field === undefined) throw new Refusal(problem(404, 'Custom field not found'));
  return field;
}

/** `PATCH …/custom_fields/{id}`: its kind and code stay. */
function update(x: Exchange, type: CardType): Answer {
  requireAdmin(x);
  const field = fieldOf(x, type);
  const reader = new ItemReader(objectOf(x));
  const changed = {
    ...field,
    name: reader.string('name', { notEmpty: true }) ?? field.name,
    sort: reader.integer('sort') ?? field.sort,
    is_api_only: reader.boolean('is_api_only') ?? field.is_api_only,
  };
  refuseInvalid(reader.errors);
  const { fields } = x.store.directory;
  fields[type] = fields[type].map((other) => (other.id === field.id ? changed : other));
  return ok(showField(x, type, changed));
}

/** `DELETE …/custom_fields/{id}`: its values go with it; PHONE and EMAIL cannot be deleted. */
function remove(x: Exchange, type: CardType): Answer {
  requireAdmin(x);
  const field = fieldOf(x, type);
  if (field.is_predefined) throw new Refusal(problem(400, 'Custom field can not be deleted'));
  const { fields } = x.store.directory;
  fields[type] = fields[type].filter((other) => other.id !== field.id);
  return NO_CONTENT;
}

function prepareField(x: Exchange, type: CardType, { reader, requestId }: BatchItem) {
  const fieldType = reader.string('type', { required: true });
  if (fieldType !== undefined && !FIELD_TYPES.has(fieldType)) reader.notSupported('type');
  const name = reader.string('name', { required: true, notEmpty: true });
  const code = reader.string('code', { nullable: true });
  if (code !== undefined && x.store.fieldByCode(type, code) !== undefined) reader.notSupported('code');
  const sort = reader.integer('sort');
  const isApiOnly = reader.boolean('is_api_only');
  const groupId = reader.string('group_id', { nullable: true });
  reader.value('required_statuses', { nullable: true });
  const enums = (reader.objects('enums', { nullable: true }) ?? []).map((choice, index) => ({
    value: choice.string('value', { required: true }) ?? '',
    code: choice.string('code', { nullable: true }) ?? null,
    sort: choice.integer('sort') ?? index,
  }));

  return () => {
    const field: CustomField = {
      id: x.store.newId('fields'),
      name: name ?? '',
      type: fieldType ?? '',
      code: code ?? null,
      sort: sort ?? 500,
      is_api_only: isApiOnly ?? false,
      is_predefined: false,
      group_id: groupId ?? null,
      enums: enums.map((choice) => ({ id: x.store.newId('enums'), ...choice })),
    };
    x.store.directory.fields[type].push(field);
    return { ...showField(x, type, field), request_id: requestId };
  };
}

function showField(x: Exchange, type: CardType, field: CustomField) {
  return {
    ...field,
    enums: field.enums.length === 0 ? null : field.enums,
    entity_type: type,
    account_id: x.store.accountId,
    is_deletable: !field.is_predefined,
    required_statuses: [],
    ...selfLink(x, `${type}/custom_fields/${field.id}`),
  };
}
