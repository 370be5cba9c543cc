import type { CardNow, Place } from './resolution.js';

/** R6, the call's place: the active deal when the client has exactly one in any pipeline, else the card. */
export function placeOfCall(card: CardNow): Place {
  const [deal, ...more] = card.activeDeals;
  return deal && more.length === 0 ? { type: 'lead', id: deal.id } : placeOf(card);
}

export const placeOf = (card: CardNow): Place => ({ type: card.type, id: card.id });
