import { type Exchange } from '../http/exchange.js';
import { pageOf, requestLink } from '../http/hal.js';
import { queryBranch, queryList, queryText } from '../http/query.js';
import { type Handler } from '../http/router.js';
import { type CardType, type Tag } from '../store/model.js';
import { itemsOf, writeBatch } from './batch.js';

/** The tag directory of one kind of card (§4.2): ids are separate per kind, an existing name gives the existing id. */
export function tagsOf(type: CardType): Record<'list' | 'create', Handler> {
  return {
    list: (x) => {
      const filter = queryBranch(x.query, 'filter');
      const names = queryList(filter, 'name');
      const ids = queryList(filter, 'id');
      const query = queryText(x.query, 'query')?.toLowerCase() ?? '';
      const tags = [...x.store.directory.tags[type].all()].filter(
        (tag) =>
          (names === undefined || names.includes(tag.name)) &&
          (ids === undefined || ids.includes(String(tag.id))) &&
          tag.name.toLowerCase().includes(query),
      );
      return pageOf(x, 'tags', tags, (tag) => showTag(tag));
    },
    create: (x) => create(x, type),
  };
}

function create(x: Exchange, type: CardType) {
  return writeBatch(
    x,
    itemsOf(x),
    ({ reader, requestId }) => {
      const name = reader.string('name', { required: true, notEmpty: true });
      return () => ({ ...showTag(x.store.tagNamed(type, name ?? '')), request_id: requestId });
    },
    (tags) => ({ _total_items: tags.length, ...requestLink(x), _embedded: { tags } }),
  );
}

function showTag(tag: Tag) {
  return { ...tag, color: null };
}
