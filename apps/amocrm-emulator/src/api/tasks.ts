import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { type Exchange, idParam, orderOf } from '../http/exchange.js';
import { pageOf, requestLink, selfLink } from '../http/hal.js';
import { queryBranch, queryList, queryRange, queryText } from '../http/query.js';
import { CARD_TYPES, type CardType, type Task } from '../store/model.js';
import { itemsOf, objectOf, writeBatch, type BatchItem } from './batch.js';
import { readUser } from './card-fields.js';
import { isGone } from './contacts.js';
import { type ItemReader } from './item-reader.js';
import { requireRight } from './rights.js';

/** `GET /api/v4/tasks` (§7). */
export function listTasks(x: Exchange): Answer {
  const filter = queryBranch(x.query, 'filter');
  const ids = queryList(filter, 'id');
  const responsibles = queryList(filter, 'responsible_user_id');
  const types = queryList(filter, 'task_type') ?? queryList(filter, 'task_type_id');
  const completed = queryText(filter, 'is_completed');
  const entityTypes = queryList(filter, 'entity_type');
  // An entity id means nothing without its type: then it does not filter.
  const entityIds = entityTypes === undefined ? undefined : queryList(filter, 'entity_id');
  const updated = queryRange(filter, 'updated_at');
  const wanted = (task: Task) =>
    (ids === undefined || ids.includes(String(task.id))) &&
    (responsibles === undefined || responsibles.includes(String(task.responsible_user_id))) &&
    (types === undefined || types.includes(String(task.task_type_id))) &&
    (completed === undefined || (completed === '1') === task.is_completed) &&
    (entityTypes === undefined || entityTypes.includes(task.entity_type ?? '')) &&
    (entityIds === undefined || entityIds.includes(String(task.entity_id))) &&
    (updated === undefined || (task.updated_at >= updated.from && task.updated_at <= updated.to));

  const order = orderOf(x, ['created_at', 'complete_till', 'id']);
  const rows = [...x.store.tasks.list(x.store.cutoffMs(), order?.field === 'id' ? order.direction : 'asc')].filter(
    wanted,
  );
  if (order !== undefined && order.field !== 'id') {
    const { field, direction } = order;
    const sign = direction === 'asc' ? 1 : -1;
    rows.sort((a, b) => sign * (a[field] - b[field] || a.id - b.id));
  }
  return pageOf(x, 'tasks', rows, (task) => showTask(x, task));
}

/** `GET /api/v4/tasks/{id}`: 204 when there is none (§12.1). */
export function getTask(x: Exchange): Answer {
  const task = x.store.tasks.get(idParam(x));
  return task === undefined ? NO_CONTENT : ok(showTask(x, task));
}

/** `POST /api/v4/tasks` (§7). */
export function createTasks(x: Exchange): Answer {
  return writeBatch(
    x,
    itemsOf(x),
    ({ reader, requestId }) => {
      const changes = readTask(x, reader, { complete: true });
      return () => {
        const now = x.store.nowSec();
        const task = x.store.putTask({
          id: x.store.newId('tasks'),
          text: changes.text ?? '',
          complete_till: changes.completeTill ?? 0,
          task_type_id: changes.type ?? 1,
          entity_type: changes.entity?.type ?? null,
          entity_id: changes.entity?.id ?? null,
          responsible_user_id: changes.responsible ?? x.user.id,
          group_id: 0,
          duration: changes.duration ?? 0,
          is_completed: changes.isCompleted ?? false,
          result_text: changes.resultText ?? null,
          created_by: changes.createdBy ?? x.user.id,
          updated_by: changes.updatedBy ?? x.user.id,
          created_at: changes.createdAt ?? now,
          updated_at: changes.updatedAt ?? now,
        });
        return { id: task.id, request_id: requestId, ...selfLink(x, `tasks/${task.id}`) };
      };
    },
    (created) => ({ ...requestLink(x), _embedded: { tasks: created } }),
  );
}

/** `PATCH /api/v4/tasks` (§7). */
export function updateTasks(x: Exchange): Answer {
  return writeBatch(
    x,
    itemsOf(x),
    (item) => prepareUpdate(x, item, item.reader.integer('id', { required: true })),
    (updated) => ({ ...requestLink(x), _embedded: { tasks: updated } }),
  );
}

/** `PATCH /api/v4/tasks/{id}` (§7). */
export function updateTask(x: Exchange): Answer {
  const body = { ...objectOf(x), id: idParam(x) };
  return writeBatch(
    x,
    [body],
    (item) => prepareUpdate(x, item, item.reader.integer('id')),
    ([updated]) => updated,
  );
}

function prepareUpdate(x: Exchange, { reader, requestId }: BatchItem, id: number | undefined) {
  if (id !== undefined && x.store.tasks.get(id) === undefined) reader.notSupported('id');
  const changes = readTask(x, reader, { complete: false });
  return () => {
    const before = x.store.tasks.get(id ?? 0);
    if (before === undefined) throw new Error(`task ${id} passed validation and is gone`);
    const task = x.store.putTask({
      ...before,
      text: changes.text ?? before.text,
      complete_till: changes.completeTill ?? before.complete_till,
      task_type_id: changes.type ?? before.task_type_id,
      entity_type: changes.entity?.type ?? before.entity_type,
      entity_id: changes.entity?.id ?? before.entity_id,
      responsible_user_id: changes.responsible ?? before.responsible_user_id,
      duration: changes.duration ?? before.duration,
      is_completed: changes.isCompleted ?? before.is_completed,
      result_text: changes.resultText ?? before.result_text,
      updated_by: changes.updatedBy ?? x.user.id,
      updated_at: changes.updatedAt ?? x.store.nowSec(),
    });
    return { id: task.id, updated_at: task.updated_at, request_id: requestId, ...selfLink(x, `tasks/${task.id}`) };
  };
}

function readTask(x: Exchange, reader: ItemReader, { complete: required }: { complete: boolean }) {
  const type = reader.integer('task_type_id');
  if (type !== undefined && !x.store.directory.taskTypes.some((known) => known.id === type)) {
    reader.notSupported('task_type_id');
  }
  return {
    text: reader.string('text', { required, notEmpty: true }),
    completeTill: reader.integer('complete_till', { required, min: 1 }),
    type,
    entity: readEntity(x, reader),
    responsible: readUser(x, reader, 'responsible_user_id', { paid: true }),
    duration: reader.integer('duration', { min: 0 }),
    isCompleted: reader.boolean('is_completed'),
    resultText: reader.object('result')?.string('text'),
    createdBy: readUser(x, reader, 'created_by', { robot: true }),
    updatedBy: readUser(x, reader, 'updated_by', { robot: true }),
    createdAt: reader.integer('created_at', { min: 1 }),
    updatedAt: reader.integer('updated_at', { min: 1 }),
  };
}

/** The card a task belongs to: both fields or neither. */
function readEntity(x: Exchange, reader: ItemReader): { type: CardType; id: number } | undefined {
  const id = reader.integer('entity_id', { nullable: true });
  const typeName = reader.string('entity_type', { nullable: true });
  if (id === undefined && typeName === undefined) return undefined;
  const type = CARD_TYPES.find((known) => known === typeName);
  if (type === undefined) return reader.notSupported('entity_type');
  if (id === undefined) return reader.fail('FieldMissing', 'entity_id', 'This field is missing.');
  const card = x.store.card(type, id);
  if (isGone(card)) return reader.notSupported('entity_id');
  requireRight(x, 'view', type, card);
  return { type, id };
}

function showTask(x: Exchange, task: Task) {
  const { result_text, ...plain } = task;
  return {
    ...plain,
    // PHP's empty object (§7).
    result: result_text === null ? [] : { text: result_text },
    account_id: x.store.accountId,
    ...selfLink(x, `tasks/${task.id}`),
  };
}
