import type { CallOptions, AmocrmClient, Contact, Lead, Page, Pages } from '@perezvon/amocrm';
import type { OwnCard } from '../clients/client-store.js';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { ReadablePortal } from '../portals/portal.js';
import type { CopyChange } from './tell-clients.js';
import { mirrorCard, mirrorLead } from './mirror-store.js';

/** Entities a page: as many as amoCRM gives. */
const pageSize = 250;

export interface ListPage {
  readonly change: CopyChange;
  /** When the entities changed, amoCRM's clock, in the order of the list. */
  readonly times: readonly number[];
  readonly isLast: boolean;
}

/** In which order a list is read: a first read by what never moves, an increment by what changed last. */
export interface ListOrder {
  readonly by: 'id' | 'updated_at';
  readonly firstPage?: number;
}

export type EntityList = 'leads' | 'companies' | 'contacts';

/** Pages of a list as changes of the copy, newest first. @throws ReadFailure */
export async function* pagesOf(
  requests: LaneRequests,
  portal: ReadablePortal,
  list: EntityList,
  order: ListOrder,
): AsyncGenerator<ListPage, void, undefined> {
  const options = { ...order, pageSize };
  if (list === 'leads') {
    const pages = requests.pages(portal, (client, more) => client.listLeads({ ...more, ...options }));
    for await (const page of pages) yield leadsPage(page);
    return;
  }
  const cards = (client: AmocrmClient, more: CallOptions): Pages<Contact> =>
    list === 'contacts'
      ? client.listContacts({ ...more, ...options, with: 'leads' })
      : client.listCompanies({ ...more, ...options, with: 'leads' });
  const type = list === 'contacts' ? 'contact' : 'company';
  for await (const page of requests.pages(portal, cards)) yield cardsPage(type, page);
}

/** An unaccepted claim's contact is nobody's yet (R5). */
function cardsPage(type: OwnCard['type'], { items, last }: Page<Contact>): ListPage {
  const shown = items.filter((card) => !card.is_deleted && !card.is_unsorted);
  return {
    change: { cards: shown.map((card) => mirrorCard(type, card)) },
    times: items.map(({ updated_at }) => updated_at ?? 0),
    isLast: last,
  };
}

const leadsPage = ({ items, last }: Page<Lead>): ListPage => ({
  change: { leads: items.filter((lead) => !lead.is_deleted).map(mirrorLead) },
  times: items.map(({ updated_at }) => updated_at ?? 0),
  isLast: last,
});
