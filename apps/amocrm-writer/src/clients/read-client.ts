import { fieldValues, type Contact, type Lead } from '@perezvon/amocrm';
import { chooseCard, type CardNow, type DealNow } from '@perezvon/calls';
import type { ClientCard } from '@perezvon/contracts';
import { nationalDigits, samePhone } from '@perezvon/phone';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { OwnCard } from './client-store.js';
import type { Directory, PortalRow } from '../portals/portal.js';

/** A card that holds the phone, with what the rules ask of it. */
export interface FoundCard extends ClientCard {
  readonly activeDeals: readonly DealNow[];
}

/**
 * Who has this phone in amoCRM now (R5). There is no exact phone filter (amocrm-api.md §3.6): a text search for the
 * national digits on contacts and companies, each hit verified against its PHONE field. The search lags behind writes,
 * so cards that we wrote to (`own`: made, linked a deal to, or hidden in unsorted until accepted) are read by id, and
 * what that says stands above the search.
 *
 * @throws ReadFailure
 */
export async function readClient(
  requests: LaneRequests,
  portal: PortalRow,
  directory: Directory,
  phone: string,
  own: readonly OwnCard[],
): Promise<FoundCard[]> {
  const query = nationalDigits(phone);
  const [contacts, companies, read] = await Promise.all([
    requests.read(portal, (client, options) => client.findContacts(query, options)),
    requests.read(portal, (client, options) => client.findCompanies(query, options)),
    Promise.all(own.map((card) => readCard(requests, portal, card))),
  ]);
  const readById = new Set(own.map(({ type, id }) => `${type}|${id}`));
  const listed: Hit[] = [
    ...contacts.map((card) => ({ type: 'contact' as const, card })),
    ...companies.map((card) => ({ type: 'company' as const, card })),
  ].filter(({ type, card }) => !readById.has(`${type}|${card.id}`));
  const hits = [...read.filter((hit) => hit !== null), ...listed].filter(({ card }) => isClient(card, phone));
  return withDeals(requests, portal, directory, hits);
}

interface Hit {
  readonly type: OwnCard['type'];
  readonly card: Contact;
}

async function readCard(requests: LaneRequests, portal: PortalRow, { type, id }: OwnCard): Promise<Hit | null> {
  const card = await requests.read(portal, (client, options) =>
    type === 'contact' ? client.contact(id, options) : client.company(id, options),
  );
  return card && { type, card };
}

/**
 * One card by its id, as {@link readClient} gives it; null = it does not exist (any more).
 * @throws ReadFailure
 */
export async function readOwnCard(
  requests: LaneRequests,
  portal: PortalRow,
  directory: Directory,
  own: OwnCard,
): Promise<FoundCard | null> {
  const hit = await readCard(requests, portal, own);
  if (hit === null || hit.card.is_deleted) return null;
  const [found] = await withDeals(requests, portal, directory, [hit]);
  return found ?? null;
}

/** R5's choice, as `resolve` takes it. */
export function cardNow(cards: readonly FoundCard[]): CardNow | null {
  const chosen = chooseCard(cards);
  return (
    chosen && {
      type: chosen.type,
      id: chosen.id,
      responsibleUserId: chosen.responsibleUserId,
      activeDeals: chosen.activeDeals,
    }
  );
}

/** Without the deals, as crm.clients.v1 has it. */
export function cardForClients({ activeDeals: _, ...card }: FoundCard): ClientCard {
  return card;
}

/** A hit of the search is a client's card only if a PHONE value is the number; unaccepted unsorted does not count. */
function isClient(card: Contact, phone: string): boolean {
  return !card.is_deleted && !card.is_unsorted && fieldValues(card, 'PHONE').some((value) => samePhone(value, phone));
}

async function withDeals(
  requests: LaneRequests,
  portal: PortalRow,
  directory: Directory,
  hits: readonly Hit[],
): Promise<FoundCard[]> {
  const leadIds = [...new Set(hits.flatMap(({ card }) => card._embedded.leads.map((lead) => lead.id)))];
  const leads = new Map<number, Lead>();
  if (leadIds.length > 0) {
    const { filtersEnabled } = directory;
    const { found } = await requests.read(portal, (client, options) =>
      client.leads(leadIds, { ...options, filtersEnabled }),
    );
    for (const lead of found) leads.set(lead.id, lead);
  }
  return hits.map(({ type, card }) => {
    const active = card._embedded.leads
      .flatMap(({ id }) => leads.get(id) ?? [])
      .filter((lead) => isActiveDeal(lead, directory));
    return {
      type,
      id: card.id,
      name: card.name,
      responsibleUserId: card.responsible_user_id,
      updatedAt: card.updated_at ?? 0,
      activeDealUpdatedAt: active.length === 0 ? null : Math.max(...active.map((lead) => lead.updated_at ?? 0)),
      activeDeals: active.map((lead) => ({ id: lead.id, pipelineId: lead.pipeline_id ?? 0 })),
    };
  });
}

/** Won and lost have the same ids in every pipeline (amocrm-api.md §3.3). */
const closed = new Set([142, 143]);

/** R2: not deleted, not closed, not an unaccepted unsorted lead (a status of type 1). */
function isActiveDeal(lead: Lead, { pipelines }: Directory): boolean {
  if (lead.is_deleted || lead.status_id === null || closed.has(lead.status_id)) return false;
  const status = pipelines
    .find((pipeline) => pipeline.id === lead.pipeline_id)
    ?.statuses.find((each) => each.id === lead.status_id);
  return status?.type !== 1;
}
