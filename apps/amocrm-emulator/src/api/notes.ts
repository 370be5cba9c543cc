import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { type Exchange, idParam, orderOf } from '../http/exchange.js';
import { pageOf, requestLink, selfLink } from '../http/hal.js';
import { queryBranch, queryList, queryRange } from '../http/query.js';
import { type Handler } from '../http/router.js';
import { type CardType, type Note } from '../store/model.js';
import { itemsOf, objectOf, writeBatch, type BatchItem } from './batch.js';
import { readUser } from './card-fields.js';
import { isGone } from './contacts.js';
import { NOTE_TYPES, readNoteParams } from './note-params.js';
import { requireRight } from './rights.js';

/** The notes of one kind of card (§6.2): the same handlers for contacts, companies and leads. */
export function notesOf(
  type: CardType,
): Record<'list' | 'listOfOne' | 'get' | 'create' | 'update' | 'updateOne', Handler> {
  return {
    list: (x) => list(x, type, x.store.notes.list(x.store.cutoffMs(), direction(x))),
    listOfOne: (x) => list(x, type, notesOfCard(x, type, idParam(x))),
    get: (x) => {
      const note = x.store.notes.get(idParam(x, 'noteId'));
      return note?.entity_type === type ? ok(showNote(x, note)) : NO_CONTENT;
    },
    create: (x) => create(x, type),
    update: (x) => update(x, type),
    updateOne: (x) => updateOne(x, type),
  };
}

function direction(x: Exchange) {
  return orderOf(x, ['id'])?.direction;
}

function notesOfCard(x: Exchange, type: CardType, id: number): Note[] {
  const cutoff = x.store.cutoffMs();
  const notes = x.store.notesOf(type, id).flatMap((noteId) => x.store.notes.listed(noteId, cutoff) ?? []);
  return direction(x) === 'desc' ? notes.reverse() : notes;
}

/** Filters id, entity_id[], note_type[], updated_at; order updated_at, id. There is no filter on `params.uniq`. */
function list(x: Exchange, type: CardType, source: Iterable<Note>): Answer {
  const filter = queryBranch(x.query, 'filter');
  const ids = queryList(filter, 'id');
  const entities = queryList(filter, 'entity_id');
  const types = queryList(filter, 'note_type');
  const updated = queryRange(filter, 'updated_at');
  const wanted = (note: Note) =>
    note.entity_type === type &&
    (ids === undefined || ids.includes(String(note.id))) &&
    (entities === undefined || entities.includes(String(note.entity_id))) &&
    (types === undefined || types.includes(note.note_type)) &&
    (updated === undefined || (note.updated_at >= updated.from && note.updated_at <= updated.to));

  const order = orderOf(x, ['updated_at', 'id']);
  if (order?.field !== 'updated_at') return pageOf(x, 'notes', filtered(source, wanted), (note) => showNote(x, note));
  const sign = order.direction === 'asc' ? 1 : -1;
  const rows = [...filtered(source, wanted)].sort((a, b) => sign * (a.updated_at - b.updated_at || a.id - b.id));
  return pageOf(x, 'notes', rows, (note) => showNote(x, note));
}

function* filtered<T>(rows: Iterable<T>, wanted: (row: T) => boolean): Generator<T> {
  for (const row of rows) if (wanted(row)) yield row;
}

function create(x: Exchange, type: CardType): Answer {
  return writeBatch(
    x,
    itemsOf(x),
    (item) => prepareNote(x, type, item),
    (created) => ({ ...requestLink(x), _embedded: { notes: created } }),
  );
}

function prepareNote(x: Exchange, type: CardType, { reader, requestId }: BatchItem) {
  const fromPath = x.params['id'];
  const entityId =
    fromPath === undefined
      ? reader.integer('entity_id', { required: true })
      : (reader.has('entity_id'), Number(fromPath));
  const card = entityId === undefined ? undefined : x.store.card(type, entityId);
  if (entityId !== undefined && isGone(card)) reader.notSupported('entity_id');
  requireRight(x, 'view', type, card);
  const noteType = reader.string('note_type', { required: true });
  if (noteType !== undefined && !NOTE_TYPES.has(noteType)) reader.notSupported('note_type');
  const params = readNoteParams(reader, noteType ?? '', { complete: true });
  const createdBy = readUser(x, reader, 'created_by', { robot: true });
  const updatedBy = readUser(x, reader, 'updated_by', { robot: true });
  const responsible = readUser(x, reader, 'responsible_user_id', { robot: true });
  const createdAt = reader.integer('created_at', { min: 1 });
  const updatedAt = reader.integer('updated_at', { min: 1 });
  reader.boolean('is_need_to_trigger_digital_pipeline');

  return () => {
    const now = x.store.nowSec();
    const note = x.store.putNote({
      id: x.store.newId('notes'),
      entity_type: type,
      entity_id: entityId ?? 0,
      note_type: noteType ?? '',
      params,
      created_by: createdBy ?? x.user.id,
      updated_by: updatedBy ?? createdBy ?? x.user.id,
      created_at: createdAt ?? now,
      updated_at: updatedAt ?? now,
      responsible_user_id: responsible ?? x.user.id,
      group_id: 0,
    });
    return {
      id: note.id,
      entity_id: note.entity_id,
      request_id: requestId,
      ...selfLink(x, `${type}/${note.entity_id}/notes/${note.id}`),
    };
  };
}

/** `PATCH …/notes`: an item without `entity_id` is found by its id; what is not sent stays. */
function update(x: Exchange, type: CardType): Answer {
  return writeBatch(
    x,
    itemsOf(x),
    (item) => prepareUpdate(x, type, item, item.reader.integer('id', { required: true })),
    (updated) => ({ ...requestLink(x), _embedded: { notes: updated } }),
  );
}

function updateOne(x: Exchange, type: CardType): Answer {
  const body = { ...objectOf(x), id: idParam(x, 'noteId') };
  return writeBatch(
    x,
    [body],
    (item) => prepareUpdate(x, type, item, item.reader.integer('id')),
    ([updated]) => updated,
  );
}

function prepareUpdate(x: Exchange, type: CardType, { reader, requestId }: BatchItem, id: number | undefined) {
  const existing = id === undefined ? undefined : x.store.notes.get(id);
  const ownerInPath = x.params['id'];
  const isOther = ownerInPath !== undefined && existing?.entity_id !== Number(ownerInPath);
  if (id !== undefined && (existing?.entity_type !== type || isOther)) reader.notSupported('id');
  const entityId = reader.integer('entity_id');
  if (entityId !== undefined && existing !== undefined && entityId !== existing.entity_id)
    reader.notSupported('entity_id');
  const noteType = reader.string('note_type');
  if (noteType !== undefined && existing !== undefined && noteType !== existing.note_type)
    reader.notSupported('note_type');
  const params = readNoteParams(reader, existing?.note_type ?? '', { complete: false });
  const updatedBy = readUser(x, reader, 'updated_by', { robot: true });
  const createdBy = readUser(x, reader, 'created_by', { robot: true });
  const responsible = readUser(x, reader, 'responsible_user_id', { robot: true });
  const createdAt = reader.integer('created_at', { min: 1 });
  const updatedAt = reader.integer('updated_at', { min: 1 });
  reader.boolean('is_need_to_trigger_digital_pipeline');

  return () => {
    const before = x.store.notes.get(id ?? 0);
    if (before === undefined) throw new Error(`note ${id} passed validation and is gone`);
    const note = x.store.putNote({
      ...before,
      params: { ...before.params, ...params },
      created_by: createdBy ?? before.created_by,
      updated_by: updatedBy ?? x.user.id,
      responsible_user_id: responsible ?? before.responsible_user_id,
      created_at: createdAt ?? before.created_at,
      updated_at: updatedAt ?? x.store.nowSec(),
    });
    return {
      id: note.id,
      entity_id: note.entity_id,
      updated_at: note.updated_at,
      request_id: requestId,
      ...selfLink(x, `${type}/${note.entity_id}/notes/${note.id}`),
    };
  };
}

function showNote(x: Exchange, note: Note) {
  const { entity_type, ...plain } = note;
  // A call's status may come back as a string although it was sent as a number [#471].
  const { call_status: status } = note.params;
  const params = typeof status === 'number' ? { ...note.params, call_status: String(status) } : note.params;
  return {
    ...plain,
    params,
    account_id: x.store.accountId,
    ...selfLink(x, `${entity_type}/${note.entity_id}/notes/${note.id}`),
  };
}
