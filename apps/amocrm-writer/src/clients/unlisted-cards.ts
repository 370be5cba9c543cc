import { together, ReadFailure, type LaneRequests } from '../lanes/lane-requests.js';
import { mirrorCard, type MirrorCard } from '../mirror/mirror-store.js';
import type { PortalRow } from '../portals/portal.js';
import type { OwnCard } from './client-store.js';
import { readCard, type ClientAsked } from './read-client.js';

/** Fewer than this are read by id, which costs no more than a page of claims. */
const manyCards = 2;
/** Claims a page: as many as amoCRM gives (amocrm-api.md §5.1). */
const claimsPage = 250;

/** Clients as the copy can tell them, with what it lacked. */
export interface Listed {
  readonly asked: readonly ClientAsked[];
  readonly cards: readonly MirrorCard[];
}

/**
 * Cards that we wrote to, or that a call made, and that an up-to-date copy does not list: hidden behind an unsorted record
 * that nobody has accepted yet, or gone, or (once accepted) not listed because accepting may leave `updated_at` alone. R5
 * wants them looked at before their client counts as unknown. The newest claims that wait name their hidden contacts: one
 * request for a whole round; only what no claim of that page names is read by its id.
 *
 * @returns the same clients, in the same order. A card whose state amoCRM would not say stays with its client.
 * @throws ReadFailure that concerns more than one card
 */
export async function withUnlistedCards(
  requests: LaneRequests,
  portal: PortalRow,
  asked: readonly ClientAsked[],
  cards: readonly MirrorCard[],
): Promise<Listed> {
  const listed = new Set(cards.map(keyOf));
  const unlisted = new Map(
    asked
      .filter(({ isDoubted }) => !isDoubted)
      .flatMap(({ own, ofCall }) => (ofCall === null ? own : [...own, ofCall]))
      .filter((card) => !listed.has(keyOf(card)))
      .map((card) => [keyOf(card), card]),
  );
  if (unlisted.size === 0) return { asked, cards };
  const hidden = unlisted.size < manyCards ? new Set<string>() : await hiddenByClaims(requests, portal);
  const unnamed = [...unlisted].filter(([key]) => !hidden.has(key)).map(([, card]) => card);
  const read = await together(unnamed.map((card) => readOrRefusal(requests, portal, card)));
  const refused = new Set(unnamed.filter((_, index) => read[index] === undefined).map(keyOf));
  const shown = read.filter((card) => card != null);
  const known = new Set([...listed, ...refused, ...shown.map(keyOf)]);
  return {
    asked: asked.map((one) => ({
      ...one,
      own: one.isDoubted ? one.own : one.own.filter((card) => known.has(keyOf(card))),
      ofCall: one.ofCall === null || one.isDoubted || known.has(keyOf(one.ofCall)) ? one.ofCall : null,
    })),
    cards: [...cards, ...shown],
  };
}

/** Contacts of the newest claims that wait. */
async function hiddenByClaims(requests: LaneRequests, portal: PortalRow): Promise<Set<string>> {
  const pages = requests.pages(portal, (client, options) => client.listUnsorted({ ...options, pageSize: claimsPage }));
  for await (const { items } of pages) {
    return new Set(
      items.flatMap(({ _embedded }) => _embedded.contacts.map(({ id }) => keyOf({ type: 'contact', id }))),
    );
  }
  return new Set();
}

/** Null = it is nobody's card now: hidden, deleted or merged away. Undefined = amoCRM will not say. */
async function readOrRefusal(
  requests: LaneRequests,
  portal: PortalRow,
  card: OwnCard,
): Promise<MirrorCard | null | undefined> {
  try {
    const hit = await readCard(requests, portal, card);
    return hit === null || hit.card.is_deleted || hit.card.is_unsorted ? null : mirrorCard(hit.type, hit.card);
  } catch (error) {
    if (error instanceof ReadFailure && error.result.kind === 'rejected') return undefined;
    throw error;
  }
}

const keyOf = ({ type, id }: Pick<OwnCard, 'type' | 'id'>): string => `${type}|${String(id)}`;
