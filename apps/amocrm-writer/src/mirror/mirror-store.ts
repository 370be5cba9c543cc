import { fieldValues, type Contact, type Lead } from '@perezvon/amocrm';
import { nationalDigits, parsePhone } from '@perezvon/phone';
import { columns } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import type { OwnCard } from '../clients/client-store.js';

export interface MirrorCard {
  readonly type: OwnCard['type'];
  readonly id: number;
  readonly name: string;
  readonly responsibleUserId: number | null;
  readonly updatedAt: number;
  /** As people typed them. */
  readonly phones: readonly string[];
  readonly leadIds: readonly number[];
}

export interface MirrorLead {
  readonly id: number;
  readonly pipelineId: number | null;
  readonly statusId: number | null;
  readonly updatedAt: number;
  readonly contactIds: readonly number[];
  readonly companyIds: readonly number[];
}

/** The cards and deals of the copy; how far it is stands in `mirror-state.ts`, what it means in `mirrored-clients.ts`. */
export class MirrorStore {
  constructor(private readonly dataSource: DataSource) {}

  async putCards(lane: string, cards: readonly MirrorCard[], tx: Runs = this.dataSource): Promise<void> {
    if (cards.length === 0) return;
    await tx.query(
      `insert into mirror_card (lane, type, card_id, name, responsible_user_id, updated_at, phones, phone_keys, lead_ids)
       select $1, w.type, w.card_id, w.name, w.responsible_user_id, w.updated_at,
              array(select jsonb_array_elements_text(w.phones)), array(select jsonb_array_elements_text(w.phone_keys)),
              array(select jsonb_array_elements_text(w.lead_ids)::bigint)
         from unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::jsonb[], $8::jsonb[], $9::jsonb[])
           as w (type, card_id, name, responsible_user_id, updated_at, phones, phone_keys, lead_ids)
        order by w.type, w.card_id
       on conflict (lane, type, card_id) do update
          set name = excluded.name, responsible_user_id = excluded.responsible_user_id, updated_at = excluded.updated_at,
              phones = excluded.phones, phone_keys = excluded.phone_keys, lead_ids = excluded.lead_ids
        where mirror_card.updated_at <= excluded.updated_at`,
      [
        lane,
        ...columns(
          cards,
          (c) => c.type,
          (c) => c.id,
          (c) => c.name,
          (c) => c.responsibleUserId,
          (c) => c.updatedAt,
          (c) => JSON.stringify(c.phones),
          (c) => JSON.stringify([...new Set(c.phones.map(phoneKey))]),
          (c) => JSON.stringify(c.leadIds),
        ),
      ],
    );
  }

  async putLeads(lane: string, leads: readonly MirrorLead[], tx: Runs = this.dataSource): Promise<void> {
    if (leads.length === 0) return;
    await tx.query(
      `insert into mirror_lead (lane, lead_id, pipeline_id, status_id, updated_at, contact_ids, company_ids)
       select $1, w.lead_id, w.pipeline_id, w.status_id, w.updated_at,
              array(select jsonb_array_elements_text(w.contact_ids)::bigint),
              array(select jsonb_array_elements_text(w.company_ids)::bigint)
         from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::jsonb[], $7::jsonb[])
           as w (lead_id, pipeline_id, status_id, updated_at, contact_ids, company_ids)
        order by w.lead_id
       on conflict (lane, lead_id) do update
          set pipeline_id = excluded.pipeline_id, status_id = excluded.status_id, updated_at = excluded.updated_at,
              contact_ids = excluded.contact_ids, company_ids = excluded.company_ids
        where mirror_lead.updated_at <= excluded.updated_at`,
      [
        lane,
        ...columns(
          leads,
          (l) => l.id,
          (l) => l.pipelineId,
          (l) => l.statusId,
          (l) => l.updatedAt,
          (l) => JSON.stringify(l.contactIds),
          (l) => JSON.stringify(l.companyIds),
        ),
      ],
    );
  }

  /** What we made ourselves, if there is a copy to be put into. */
  async putOwn(
    tx: EntityManager,
    lane: string,
    cards: readonly MirrorCard[],
    leads: readonly MirrorLead[],
  ): Promise<void> {
    const begun: unknown[] = await tx.query(`select 1 from mirror where lane = $1`, [lane]);
    if (begun.length === 0) return;
    await this.putCards(lane, cards, tx);
    await this.putLeads(lane, leads, tx);
  }

  /** Before a first read: what went missing while nobody followed must not live on. */
  async clear(lane: string): Promise<void> {
    await this.dataSource.query(`delete from mirror_card where lane = $1`, [lane]);
    await this.dataSource.query(`delete from mirror_lead where lane = $1`, [lane]);
  }

  /** Deleted or merged away. @returns those that the copy held */
  async forgetCards(lane: string, cards: readonly OwnCard[]): Promise<OwnCard[]> {
    const [rows]: [OwnCard[], number] = await this.dataSource.query(
      `delete from mirror_card m using unnest($2::text[], $3::bigint[]) as g (type, card_id)
        where m.lane = $1 and m.type = g.type and m.card_id = g.card_id
       returning m.type, m.card_id::float8 as id`,
      [lane, cards.map(({ type }) => type), cards.map(({ id }) => id)],
    );
    return rows;
  }

  /** @returns how many of them the copy held */
  async forgetLeads(lane: string, ids: readonly number[]): Promise<number> {
    const [, count]: [unknown[], number] = await this.dataSource.query(
      `delete from mirror_lead where lane = $1 and lead_id = any($2::bigint[])`,
      [lane, ids],
    );
    return count;
  }

  /** The next cards in the order of type and id. Index: primary key. */
  async cardsAfter(lane: string, after: OwnCard | null, limit: number): Promise<MirrorCard[]> {
    return this.dataSource.query<MirrorCard[]>(
      `select ${cardColumns} from mirror_card c
        where c.lane = $1 and (c.type, c.card_id) > ($2, $3::bigint) order by c.type, c.card_id limit $4`,
      [lane, after?.type ?? '', after?.id ?? 0, limit],
    );
  }

  /** Index: primary key. */
  async leads(lane: string, ids: readonly number[]): Promise<MirrorLead[]> {
    return this.dataSource.query<MirrorLead[]>(
      `select ${leadColumns} from mirror_lead where lane = $1 and lead_id = any($2::bigint[])`,
      [lane, ids],
    );
  }

  /** Cards that hold one of the phones, or are among these. Indexes: mirror_card_phone, primary key. */
  async cards(lane: string, phones: readonly string[], also: readonly OwnCard[]): Promise<MirrorCard[]> {
    return this.dataSource.query<MirrorCard[]>(
      `select ${cardColumns} from mirror_card c where c.lane = $1 and c.phone_keys && $2::text[]
       union
       select ${cardColumns}
         from unnest($3::text[], $4::bigint[]) as w (type, card_id)
         join mirror_card c on c.lane = $1 and c.type = w.type and c.card_id = w.card_id`,
      [lane, phones.map(phoneKey), also.map(({ type }) => type), also.map(({ id }) => id)],
    );
  }

  /** Deals of these cards, by the card's list or by the deal's own. Indexes: primary key, mirror_lead_contact, _company. */
  async leadsOf(lane: string, cards: readonly MirrorCard[]): Promise<MirrorLead[]> {
    const idsOf = (type: MirrorCard['type']) => cards.filter((card) => card.type === type).map(({ id }) => id);
    return this.dataSource.query<MirrorLead[]>(
      `select ${leadColumns} from mirror_lead
        where lane = $1 and (lead_id = any($2::bigint[]) or contact_ids && $3::bigint[] or company_ids && $4::bigint[])`,
      [lane, cards.flatMap(({ leadIds }) => leadIds), idsOf('contact'), idsOf('company')],
    );
  }
}

const cardColumns = `c.type, c.card_id::float8 as id, c.name, c.responsible_user_id::float8 as "responsibleUserId",
  c.updated_at::float8 as "updatedAt", c.phones, c.lead_ids::float8[] as "leadIds"`;
const leadColumns = `lead_id::float8 as id, pipeline_id::float8 as "pipelineId", status_id::float8 as "statusId",
  updated_at::float8 as "updatedAt", contact_ids::float8[] as "contactIds", company_ids::float8[] as "companyIds"`;

/** By itself, or in somebody's transaction. */
type Runs = Pick<EntityManager, 'query'>;

/** Spellings of one number have one key; what shares a key is told apart by `samePhone`. */
function phoneKey(phone: string): string {
  const { e164 } = parsePhone(phone);
  return e164 === null ? phone.replace(/\D/g, '').slice(-10) : nationalDigits(e164);
}

export const mirrorCard = (type: MirrorCard['type'], card: Contact): MirrorCard => ({
  type,
  id: card.id,
  name: card.name,
  responsibleUserId: card.responsible_user_id,
  updatedAt: card.updated_at ?? 0,
  phones: fieldValues(card, 'PHONE'),
  leadIds: card._embedded.leads.map(({ id }) => id),
});

export const mirrorLead = (lead: Lead): MirrorLead => ({
  id: lead.id,
  pipelineId: lead.pipeline_id,
  statusId: lead.status_id,
  updatedAt: lead.updated_at ?? 0,
  contactIds: lead._embedded.contacts.map(({ id }) => id),
  companyIds: lead._embedded.companies.map(({ id }) => id),
});
