import { fieldValues, type Contact, type Lead } from '@perezvon/amocrm';
import { chooseCard, type CardNow, type DealNow } from '@perezvon/calls';
import type { ClientCard } from '@perezvon/contracts';
import { nationalDigits, samePhone } from '@perezvon/phone';
import { ReadFailure, together, type LaneRequests } from '../lanes/lane-requests.js';
import type { Directory, PortalRow } from '../portals/portal.js';
import { isActiveStage } from './active-deals.js';
import type { OwnCard } from './client-store.js';

/** A card that holds the phone, with what the rules ask of it. */
export interface FoundCard extends ClientCard {
  readonly activeDeals: readonly DealNow[];
}

/** Whose cards are wanted. */
export interface ClientAsked {
  readonly phone: string;
  /** Cards that we wrote to: made, linked a deal to, or hidden in unsorted until accepted. */
  readonly own: readonly OwnCard[];
  /** The card that the call at hand made or found: if it still stands, it alone is the client's. */
  readonly ofCall: OwnCard | null;
  /** What was believed of it has just been refused: only amoCRM itself is asked. */
  readonly isDoubted: boolean;
}

/** The cards, or why amoCRM will not say for this client. */
export type ClientFound = readonly FoundCard[] | ReadFailure;

/**
 * Who has these phones in amoCRM now (R5). There is no exact phone filter (amocrm-api.md §3.6): a text search for the
 * national digits on contacts and companies, each hit verified against its PHONE field. The search lags behind writes,
 * so cards that we wrote to are read by id, and what that says stands above the search. The deals of all are read
 * together.
 *
 * @throws ReadFailure that concerns more than one client
 */
export async function readClients(
  requests: LaneRequests,
  portal: PortalRow,
  directory: Directory,
  asked: readonly ClientAsked[],
): Promise<ClientFound[]> {
  const hits = await together(asked.map((one) => hitsOrRefusal(requests, portal, one)));
  const leads = await readLeads(requests, portal, directory, hits);
  return hits.map((each) => (each instanceof ReadFailure ? each : each.map((hit) => foundCard(hit, leads, directory))));
}

/** A card as amoCRM shows it. */
export interface Hit {
  readonly type: OwnCard['type'];
  readonly card: Contact;
}

async function hitsOrRefusal(
  requests: LaneRequests,
  portal: PortalRow,
  asked: ClientAsked,
): Promise<readonly Hit[] | ReadFailure> {
  try {
    return await hitsOf(requests, portal, asked);
  } catch (error) {
    if (!(error instanceof ReadFailure) || error.result.kind !== 'rejected') throw error;
    // Who may not see clients cannot write for any of them: R11 lets calls wait for that, and parks none.
    const { reason } = error.result;
    if (reason === 'forbidden') throw new ReadFailure(portal, { ...error.result, kind: 'stop_portal', reason });
    // Such as a number that matches half the account: the others of the round are not held by it.
    return error;
  }
}

async function hitsOf(
  requests: LaneRequests,
  portal: PortalRow,
  { phone, own, ofCall }: ClientAsked,
): Promise<readonly Hit[]> {
  if (ofCall !== null) {
    // Merged away or deleted: whoever has the phone now is the client (R5).
    const hit = await readCard(requests, portal, ofCall);
    if (hit !== null && !hit.card.is_deleted) return [hit];
  }
  const query = nationalDigits(phone);
  const [contacts, companies, read] = await together([
    requests.read(portal, (client, options) => client.findContacts(query, options)),
    requests.read(portal, (client, options) => client.findCompanies(query, options)),
    together(own.map((card) => readCard(requests, portal, card))),
  ]);
  const readById = new Set(own.map(({ type, id }) => `${type}|${id}`));
  const listed: Hit[] = [
    ...contacts.map((card) => ({ type: 'contact' as const, card })),
    ...companies.map((card) => ({ type: 'company' as const, card })),
  ].filter(({ type, card }) => !readById.has(`${type}|${card.id}`));
  return [...read.filter((hit) => hit !== null), ...listed].filter(({ card }) => isClient(card, phone));
}

/** Null: amoCRM has no such card for this token. @throws ReadFailure */
export async function readCard(requests: LaneRequests, portal: PortalRow, { type, id }: OwnCard): Promise<Hit | null> {
  const card = await requests.read(portal, (client, options) =>
    type === 'contact' ? client.contact(id, options) : client.company(id, options),
  );
  return card && { type, card };
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

async function readLeads(
  requests: LaneRequests,
  portal: PortalRow,
  { filtersEnabled }: Directory,
  hits: readonly (readonly Hit[] | ReadFailure)[],
): Promise<Map<number, Lead>> {
  const cards = hits.flatMap((each) => (each instanceof ReadFailure ? [] : each));
  const ids = [...new Set(cards.flatMap(({ card }) => card._embedded.leads.map((lead) => lead.id)))];
  if (ids.length === 0) return new Map();
  const { found } = await requests.read(portal, (client, options) => client.leads(ids, { ...options, filtersEnabled }));
  return new Map(found.map((lead) => [lead.id, lead]));
}

function foundCard({ type, card }: Hit, leads: ReadonlyMap<number, Lead>, directory: Directory): FoundCard {
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
}

function isActiveDeal(lead: Lead, directory: Directory): boolean {
  return !lead.is_deleted && isActiveStage({ pipelineId: lead.pipeline_id, statusId: lead.status_id }, directory);
}
