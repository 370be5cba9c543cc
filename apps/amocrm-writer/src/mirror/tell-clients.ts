import type { Client } from '@perezvon/contracts';
import { nationalDigits, parsePhone, samePhone } from '@perezvon/phone';
import { inTransaction, Outbox } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';
import type { ClientStore, OwnCard } from '../clients/client-store.js';
import { cardForClients, type FoundCard } from '../clients/read-client.js';
import type { Directory } from '../portals/portal.js';
import type { MirrorCard, MirrorLead, MirrorStore } from './mirror-store.js';
import { clientInCopy } from './mirrored-clients.js';

/** What is about to happen to the copy. */
export interface CopyChange {
  readonly cards?: readonly MirrorCard[];
  readonly leads?: readonly MirrorLead[];
  readonly goneCards?: readonly OwnCard[];
  readonly goneLeads?: readonly number[];
}

/** Whose copy it is, and when amoCRM was asked. */
export interface Told {
  readonly lane: string;
  readonly directory: Directory;
  /** Postgres's clock, Unix milliseconds. */
  readonly asOf: number;
}

/**
 * The copy's clients → crm.clients.v1. A change is told before it is put into the copy: a process that dies in between
 * reads the same page again and tells it again; the other way round nobody would hear of it. No transaction holds rows of
 * clients and of the copy at once, so it cannot wait for a write that holds them in the other order.
 */
export class TellClients {
  private readonly outbox = new Outbox();

  constructor(
    private readonly dataSource: DataSource,
    private readonly mirror: MirrorStore,
    private readonly clients: ClientStore,
    /** Something was committed to the outbox. */
    private readonly onNews: () => void,
  ) {}

  /** Only those clients of whom the change makes a difference: our own writes, told when they were made, come back here. */
  async changed(told: Told, change: CopyChange): Promise<void> {
    const { lane, directory } = told;
    const touched = await this.touchedBy(lane, change);
    const phones = phonesOf([...touched, ...(change.cards ?? [])]);
    if (phones.length === 0) return;
    const cards = await this.mirror.cards(lane, phones, []);
    const leads = await this.mirror.leadsOf(lane, [...cards, ...(change.cards ?? [])]);
    const before = { cards, leads: byId(leads) };
    const after = { cards: cardsAfter(cards, change), leads: leadsAfter(before.leads, change) };
    const known = phones.flatMap((phone) => {
      const was = clientInCopy(phone, before.cards, before.leads, directory);
      const is = clientInCopy(phone, after.cards, after.leads, directory);
      return essence(was) === essence(is) ? [] : [{ phone, cards: is }];
    });
    await this.publish(told, known);
  }

  /** Who has these phones, whatever was told of them before. */
  async all(told: Told, phones: readonly string[]): Promise<void> {
    const { lane, directory } = told;
    const everybody = await this.mirror.cards(lane, phones, []);
    const leads = byId(await this.mirror.leadsOf(lane, everybody));
    await this.publish(
      told,
      phones.map((phone) => ({ phone, cards: clientInCopy(phone, everybody, leads, directory) })),
    );
  }

  /** Cards of the copy whose clients a change may concern. */
  private async touchedBy(lane: string, change: CopyChange): Promise<MirrorCard[]> {
    const gone = await this.mirror.leads(lane, change.goneLeads ?? []);
    const linked = [...(change.leads ?? []), ...gone].flatMap(({ contactIds, companyIds }): OwnCard[] => [
      ...contactIds.map((id) => ({ type: 'contact' as const, id })),
      ...companyIds.map((id) => ({ type: 'company' as const, id })),
    ]);
    return this.mirror.cards(lane, [], [...(change.cards ?? []), ...(change.goneCards ?? []), ...linked]);
  }

  private async publish(
    { lane, asOf }: Told,
    known: readonly { readonly phone: string; readonly cards: readonly FoundCard[] }[],
  ): Promise<void> {
    if (known.length === 0) return;
    const origin: Client['origin'] = 'mirror';
    const messages = known.map(({ phone, cards }) => ({ lane, phone, cards: cards.map(cardForClients), asOf, origin }));
    await inTransaction(this.dataSource, (tx) => this.clients.publish(tx, this.outbox, messages));
    this.onNews();
  }
}

/** Whole numbers only: what cannot be called cannot call. */
export function phonesOf(cards: readonly MirrorCard[]): string[] {
  const whole = (text: string): string | null => {
    const { e164 } = parsePhone(text);
    if (e164 !== null) return e164;
    // Such as `моб. 8 916 …`: R5 finds it by its last ten digits.
    const russian = `+7${text.replace(/\D/g, '').slice(-10)}`;
    return nationalDigits(russian).length === 10 && samePhone(text, russian) ? russian : null;
  };
  return [...new Set(cards.flatMap(({ phones }) => phones.flatMap((text) => whole(text) ?? [])))];
}

const byId = (leads: readonly MirrorLead[]) => new Map(leads.map((lead) => [lead.id, lead]));
const keyOf = ({ type, id }: OwnCard) => `${type}|${id}`;

function cardsAfter(before: readonly MirrorCard[], { cards = [], goneCards = [] }: CopyChange): MirrorCard[] {
  const after = new Map(before.map((card) => [keyOf(card), card]));
  for (const card of cards) {
    if ((after.get(keyOf(card))?.updatedAt ?? 0) <= card.updatedAt) after.set(keyOf(card), card);
  }
  for (const card of goneCards) after.delete(keyOf(card));
  return [...after.values()];
}

function leadsAfter(
  before: ReadonlyMap<number, MirrorLead>,
  { leads = [], goneLeads = [] }: CopyChange,
): Map<number, MirrorLead> {
  const after = new Map(before);
  for (const lead of leads) {
    if ((after.get(lead.id)?.updatedAt ?? 0) <= lead.updatedAt) after.set(lead.id, lead);
  }
  for (const id of goneLeads) after.delete(id);
  return after;
}

/** What decides about a client: times matter only between several cards (R5). */
function essence(cards: readonly FoundCard[]): string {
  const isChoice = cards.length > 1;
  const parts = cards.map(({ type, id, name, responsibleUserId, updatedAt, activeDealUpdatedAt }) =>
    JSON.stringify([
      type,
      id,
      name,
      responsibleUserId,
      isChoice ? updatedAt : null,
      isChoice ? activeDealUpdatedAt : activeDealUpdatedAt !== null,
    ]),
  );
  return parts.sort().join();
}
