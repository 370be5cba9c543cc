import { type Exchange, hasWith } from '../http/exchange.js';
import { type Card, type CardType, type FieldEntry } from '../store/model.js';
import { mergeFields, readFields } from './field-values.js';
import { type ItemReader } from './item-reader.js';

type TagRef = { readonly id: number } | { readonly name: string };

/** What a write says about the part that contacts, companies and leads share (§4.1, §4.2). */
export interface CardChanges {
  readonly name: string | undefined;
  readonly responsible: number | undefined;
  readonly createdBy: number | undefined;
  readonly updatedBy: number | undefined;
  readonly createdAt: number | undefined;
  readonly updatedAt: number | undefined;
  readonly fields: readonly FieldEntry[] | undefined;
  /** `_embedded.tags`: the whole new set; null when absent. */
  readonly tags: readonly TagRef[] | null;
  readonly tagsToAdd: readonly TagRef[];
  readonly tagsToDelete: readonly TagRef[];
}

export function readCard(x: Exchange, type: CardType, reader: ItemReader): CardChanges {
  return {
    name: reader.string('name'),
    responsible: readUser(x, reader, 'responsible_user_id'),
    createdBy: readUser(x, reader, 'created_by', { robot: true }),
    updatedBy: readUser(x, reader, 'updated_by', { robot: true }),
    createdAt: reader.integer('created_at', { min: 1 }),
    updatedAt: reader.integer('updated_at', { min: 1 }),
    fields: readFields(x.store, type, reader),
    tags: readTagSet(x, type, reader),
    tagsToAdd: readTags(x, type, reader, 'tags_to_add') ?? [],
    tagsToDelete: readTags(x, type, reader, 'tags_to_delete') ?? [],
  };
}

/** A user who can be put in charge: existing and active (§4.1); 0 is the robot where that is allowed. */
export function readUser(
  x: Exchange,
  reader: ItemReader,
  key: string,
  options: { robot?: boolean; paid?: boolean } = {},
): number | undefined {
  const id = reader.integer(key);
  if (id === undefined || (options.robot === true && id === 0)) return id;
  const user = x.store.user(id);
  if (user?.is_active !== true || (options.paid === true && user.is_free)) return reader.notSupported(key);
  return id;
}

/** The shared part of a new card. */
export function newCard(x: Exchange, type: CardType, id: number, changes: CardChanges): Card {
  const now = x.store.nowSec();
  const createdAt = changes.createdAt ?? now;
  return {
    id,
    name: changes.name ?? '',
    responsible_user_id: changes.responsible ?? x.user.id,
    group_id: 0,
    created_by: changes.createdBy ?? x.user.id,
    updated_by: changes.updatedBy ?? changes.createdBy ?? x.user.id,
    created_at: createdAt,
    updated_at: changes.updatedAt ?? now,
    is_deleted: false,
    merged_into: null,
    fields: mergeFields([], changes.fields ?? []),
    tag_ids: tagIds(x, type, [], changes),
    unsorted_uid: null,
  };
}

/** The shared part of a changed card, to be spread over the old one. */
export function changedCard(x: Exchange, type: CardType, before: Card, changes: CardChanges): Card {
  return {
    id: before.id,
    name: changes.name ?? before.name,
    responsible_user_id: changes.responsible ?? before.responsible_user_id,
    group_id: before.group_id,
    created_by: changes.createdBy ?? before.created_by,
    updated_by: changes.updatedBy ?? x.user.id,
    created_at: changes.createdAt ?? before.created_at,
    updated_at: changes.updatedAt ?? x.store.nowSec(),
    is_deleted: before.is_deleted,
    fields: mergeFields(before.fields, changes.fields ?? []),
    tag_ids: tagIds(x, type, before.tag_ids, changes),
    unsorted_uid: before.unsorted_uid,
    merged_into: before.merged_into,
  };
}

/** `_embedded.tags` replaces the set (null clears it), `tags_to_add` and `tags_to_delete` do not (§4.2). */
function tagIds(x: Exchange, type: CardType, before: readonly number[], changes: CardChanges): number[] {
  const idOf = (tag: TagRef) => ('id' in tag ? tag.id : x.store.tagNamed(type, tag.name).id);
  const ids = new Set(changes.tags === null ? before : changes.tags.map(idOf));
  for (const tag of changes.tagsToAdd) ids.add(idOf(tag));
  for (const tag of changes.tagsToDelete) ids.delete(idOf(tag));
  return [...ids];
}

function readTagSet(x: Exchange, type: CardType, reader: ItemReader): readonly TagRef[] | null {
  const embedded = reader.object('_embedded', { nullable: true });
  if (embedded === undefined || !embedded.has('tags')) return null;
  return embedded.isNull('tags') ? [] : (readTags(x, type, embedded, 'tags') ?? []);
}

function readTags(x: Exchange, type: CardType, reader: ItemReader, key: string): readonly TagRef[] | undefined {
  return reader.objects(key, { nullable: true })?.flatMap((tag): TagRef[] => {
    if (tag.has('id')) {
      tag.has('name');
      const id = tag.integer('id', { nullable: true });
      if (id !== undefined) return x.store.tag(type, id) === undefined ? (tag.notSupported('id'), []) : [{ id }];
    }
    const name = tag.string('name', { required: true, notEmpty: true });
    return name === undefined ? [] : [{ name }];
  });
}

export function showTags(x: Exchange, type: CardType, ids: readonly number[]): unknown[] {
  return ids.map((id) => ({ id, name: x.store.tag(type, id)?.name ?? '', color: null }));
}

/** `with=only_deleted`, the one list that shows the trash (§3.4). */
export function wantsDeleted(x: Exchange): boolean {
  return hasWith(x, 'only_deleted');
}
