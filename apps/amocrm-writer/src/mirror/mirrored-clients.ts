import type { DealNow } from '@perezvon/calls';
import { samePhone } from '@perezvon/phone';
import type { ClientAsked, FoundCard } from '../clients/read-client.js';
import { isActiveStage } from '../clients/active-deals.js';
import type { Directory } from '../portals/portal.js';
import type { MirrorCard, MirrorLead } from './mirror-store.js';

/**
 * The cards of one client as the copy has them; null = the copy cannot say, so amoCRM has to be asked: a card that we wrote
 * to or that the call made is not in it yet, or a deal of the client is not. Pure.
 */
export function mirroredClient(
  asked: ClientAsked,
  cards: readonly MirrorCard[],
  leads: ReadonlyMap<number, MirrorLead>,
  directory: Directory,
): readonly FoundCard[] | null {
  if (asked.isDoubted) return null;
  const byKey = new Map(cards.map((card) => [`${card.type}|${card.id}`, card]));
  const inCopy = ({ type, id }: { type: string; id: number }) => byKey.get(`${type}|${id}`);
  if (!asked.own.every((card) => inCopy(card) !== undefined)) return null;
  const ofCall = asked.ofCall === null ? null : inCopy(asked.ofCall);
  if (ofCall === undefined) return null;
  const mine = ofCall === null ? cardsWith(asked.phone, cards) : [ofCall];
  const named = mine.flatMap(({ leadIds }) => leadIds);
  if (!named.every((leadId) => leads.has(leadId))) return null;
  return mine.map((card) => foundCard(card, leads, directory));
}

/**
 * The cards of one client for whoever does not ask amoCRM: a deal that the copy lacks is older than its horizon, and does
 * not count as active. Pure.
 */
export function clientInCopy(
  phone: string,
  cards: readonly MirrorCard[],
  leads: ReadonlyMap<number, MirrorLead>,
  directory: Directory,
): readonly FoundCard[] {
  return cardsWith(phone, cards).map((card) => foundCard(card, leads, directory));
}

const cardsWith = (phone: string, cards: readonly MirrorCard[]): MirrorCard[] =>
  cards.filter(({ phones }) => phones.some((each) => samePhone(each, phone)));

function foundCard(card: MirrorCard, leads: ReadonlyMap<number, MirrorLead>, directory: Directory): FoundCard {
  const active = dealsOf(card, leads).filter((deal) => isActiveStage(deal, directory));
  return {
    type: card.type,
    id: card.id,
    name: card.name,
    responsibleUserId: card.responsibleUserId,
    updatedAt: card.updatedAt,
    activeDealUpdatedAt: active.length === 0 ? null : Math.max(...active.map(({ updatedAt }) => updatedAt)),
    activeDeals: active.map(({ id, pipelineId }): DealNow => ({ id, pipelineId: pipelineId ?? 0 })),
  };
}

/** By the card's list or by the deal's own: after a write one of the two may be ahead. */
function dealsOf({ type, id, leadIds }: MirrorCard, leads: ReadonlyMap<number, MirrorLead>): MirrorLead[] {
  const named = leadIds.flatMap((leadId) => leads.get(leadId) ?? []);
  const linked = [...leads.values()].filter(({ contactIds, companyIds }) =>
    (type === 'contact' ? contactIds : companyIds).includes(id),
  );
  return [...new Set([...named, ...linked])];
}
