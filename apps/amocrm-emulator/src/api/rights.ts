import { problem, Refusal } from '../http/answer.js';
import { type Exchange } from '../http/exchange.js';
import { type Card, type CardRight, type CardType } from '../store/model.js';

/** Administrators only. */
export function requireAdmin(x: Exchange): void {
  if (!x.isAdmin) throw forbidden();
}

/** Whether the caller may do this to this card: everybody's, his group's, his own or none (§3.2 `rights`). */
export function isAllowed(x: Exchange, right: CardRight, type: CardType, card: Card): boolean {
  if (x.isAdmin) return true;
  switch (x.user.rights[type][right]) {
    case 'A':
      return true;
    case 'G':
      return x.store.user(card.responsible_user_id)?.group_id === x.user.group_id;
    case 'M':
      return card.responsible_user_id === x.user.id;
    case 'D':
      return false;
  }
}

/** A card that the caller may not see or change: 403, legacy code 244 (§2.5). A card that is not there passes. */
export function requireRight(x: Exchange, right: CardRight, type: CardType, card: Card | undefined): void {
  if (card !== undefined && !isAllowed(x, right, type, card)) throw forbidden();
}

/** The right to add cards, and room for more in the tariff: what is in the trash takes room too. */
export function requireAdding(x: Exchange, type: CardType): void {
  if (!x.isAdmin && x.user.rights[type].add === 'D') throw forbidden();
  const { entityLimit } = x.portal.settings;
  if (entityLimit !== null && x.store[type].size >= entityLimit) {
    throw new Refusal(problem(403, 'The limit of entities in the tariff is reached'));
  }
}

function forbidden(): Refusal {
  return new Refusal(problem(403, 'Forbidden', { code: 244 }));
}
