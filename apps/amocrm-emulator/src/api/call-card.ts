import { type Exchange } from '../http/exchange.js';
import { LOST, WON, type Card, type CardType } from '../store/model.js';
import { type PhoneOwner } from '../store/phone-index.js';
import { isAllowed } from './rights.js';

/** The card that amoCRM itself chooses for a call (§6.1). */
export interface CallCard {
  readonly type: CardType;
  readonly card: Card;
}

/**
 * By the last ten digits: exactly one active lead of the contact or company found → the lead, otherwise the contact or
 * company itself. Which of several it takes, how fast it knows of new cards, and whether a claim's lead is active are
 * switches. Customers («Покупатели») are off, as in a fresh account, so they never win.
 */
export function chooseCallCard(x: Exchange, phone: string): CallCard | undefined {
  const owner = firstOwner(x, phone);
  if (owner === undefined) return undefined;
  const leadIds =
    owner.type === 'contacts' ? x.store.leadsOfContact(owner.card.id) : x.store.leadsOfCompany(owner.card.id);
  const active = leadIds
    .flatMap((id) => x.store.leads.get(id) ?? [])
    .filter(
      (lead) =>
        !lead.is_deleted &&
        lead.status_id !== WON &&
        lead.status_id !== LOST &&
        (lead.unsorted_uid === null || x.portal.settings.unsortedLeadIsActive),
    );
  const [only] = active;
  return active.length === 1 && only !== undefined ? { type: 'leads', card: only } : owner;
}

function firstOwner(x: Exchange, phone: string): CallCard | undefined {
  const { callCardOrder, callIndexLagMs } = x.portal.settings;
  const cutoffMs = x.store.nowMs() - callIndexLagMs;
  const known = x.store.phones.owners(phone).flatMap(({ type, id }: PhoneOwner): CallCard[] => {
    const card = x.store[type].get(id);
    const isKnown = card !== undefined && x.store[type].listed(id, cutoffMs) !== undefined;
    const isShown = isKnown && !card.is_deleted && card.unsorted_uid === null && isAllowed(x, 'view', type, card);
    return isShown ? [{ type, card }] : [];
  });
  const isCompany = ({ type }: CallCard) => (type === 'companies' ? 1 : 0);
  const companiesLast = callCardOrder === 'company_first' ? -1 : 1;
  const oldestFirst = callCardOrder === 'newest_contact' ? -1 : 1;
  return known.sort(
    (a, b) => companiesLast * (isCompany(a) - isCompany(b)) || oldestFirst * (a.card.id - b.card.id),
  )[0];
}
