import { type Portal } from '../portal.js';
import { CARD_TYPES, type Card, type CardType } from '../store/model.js';
import { type VersionedCollection } from '../store/versioned-collection.js';
import { showFields } from '../api/field-values.js';

/**
 * Everything a portal holds now, without lag and hidden things included, by id: `GET /_emulator/state`. The directories
 * come along, so that a reader can put names to ids.
 */
export function fullState(portal: Portal) {
  return newestState(portal, { cards: Infinity, feedItems: Infinity });
}

/** The same with at most so many of each kind, the newest. */
export function newestState(portal: Portal, most: { readonly cards: number; readonly feedItems: number }) {
  const { store } = portal;
  const card = <T extends Card>(type: CardType, value: T) => {
    const { fields, tag_ids, ...plain } = value;
    return {
      ...plain,
      custom_fields_values: showFields(store, type, fields) ?? [],
      tags: tag_ids.map((id) => store.tag(type, id)?.name ?? ''),
    };
  };
  return {
    portal: { id: portal.id, subdomain: portal.subdomain, name: portal.name, accountId: store.accountId },
    users: store.directory.users,
    pipelines: store.directory.pipelines,
    taskTypes: store.directory.taskTypes,
    customFields: store.directory.fields,
    contacts: newest(store.contacts, most.cards).map((contact) => card('contacts', contact)),
    companies: newest(store.companies, most.cards).map((company) => card('companies', company)),
    leads: newest(store.leads, most.cards).map((lead) => card('leads', lead)),
    unsorted: newest(store.unsorted, most.cards),
    notes: newest(store.notes, most.feedItems),
    tasks: newest(store.tasks, most.feedItems),
  };
}

/** By id, ascending. */
function newest<T extends { readonly id: number }>(rows: VersionedCollection<T>, most: number): T[] {
  const found: T[] = [];
  for (const row of rows.list(Infinity, 'desc')) {
    if (found.length >= most) break;
    found.push(row);
  }
  return found.reverse();
}

/** How many of everything a person would see (nothing in the trash or behind a claim): for the page or a waiting test. */
export function counts(portal: Portal) {
  const { store } = portal;
  const isShown = (card: Card) => !card.is_deleted && card.unsorted_uid === null;
  const live = (type: CardType) => [...store[type].values()].filter(isShown).length;
  const [contacts, companies, leads] = CARD_TYPES.map(live);
  return {
    contacts,
    companies,
    leads,
    unsorted: [...store.unsorted.values()].filter((claim) => claim.outcome === 'waiting').length,
    notes: store.notes.size,
    tasks: store.tasks.size,
  };
}
