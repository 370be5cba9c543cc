import type { ClientCard } from '@perezvon/contracts';

/**
 * R5, several cards match: the contact with the most recently updated active deal, else the most recently updated
 * contact, else the lowest id; a company only where no contact matches. Null = the client is unknown.
 */
export function chooseCard<C extends ClientCard>(cards: readonly C[]): C | null {
  const contacts = cards.filter((c) => c.type === 'contact');
  return [...(contacts.length > 0 ? contacts : cards)].sort(byPreference).at(0) ?? null;
}

function byPreference(a: ClientCard, b: ClientCard): number {
  return (b.activeDealUpdatedAt ?? -1) - (a.activeDealUpdatedAt ?? -1) || b.updatedAt - a.updatedAt || a.id - b.id;
}
