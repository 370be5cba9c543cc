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
  const mine = ofCall === null ? cards.filter((card) => holds(card, asked.phone)) : [ofCall];
  const found: FoundCard[] = [];
  for (const card of mine) {
    const deals = dealsOf(card, leads);
    if (deals === null) return null;
    const active = deals.filter(({ pipelineId, statusId }) => isActiveStage({ pipelineId, statusId }, directory));
    found.push({
      type: card.type,
      id: card.id,
      name: card.name,
      responsibleUserId: card.responsibleUserId,
      updatedAt: card.updatedAt,
      activeDealUpdatedAt: active.length === 0 ? null : Math.max(...active.map(({ updatedAt }) => updatedAt)),
      activeDeals: active.map(({ id, pipelineId }): DealNow => ({ id, pipelineId: pipelineId ?? 0 })),
    });
  }
  return found;
}

const holds = ({ phones }: MirrorCard, phone: string): boolean => phones.some((each) => samePhone(each, phone));

/** Null = the card names a deal that the copy lacks. */
function dealsOf({ type, id, leadIds }: MirrorCard, leads: ReadonlyMap<number, MirrorLead>): MirrorLead[] | null {
  const named = leadIds.map((leadId) => leads.get(leadId));
  const known = named.filter((lead) => lead !== undefined);
  if (known.length < named.length) return null;
  const linked = [...leads.values()].filter(({ contactIds, companyIds }) =>
    (type === 'contact' ? contactIds : companyIds).includes(id),
  );
  return [...new Set([...known, ...linked])];
}
