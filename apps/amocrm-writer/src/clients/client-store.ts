import { clients, type Client, type ClientCard, type LookupCommand } from '@perezvon/contracts';
import { columns, type Outbox, type OutboxRecord } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { takesRequests } from '../portals/portal.js';

/** A question that waits for its answer on crm.clients.v1. */
export interface Lookup {
  readonly portalId: string;
  readonly phone: string;
  /** Grows when it is asked again while being answered. */
  readonly asked: number;
  /** Of a call that people wait for; else of a backlog, or of ours. */
  readonly isUrgent: boolean;
}

/** A card that this service wrote to. */
export interface OwnCard {
  readonly type: ClientCard['type'];
  readonly id: number;
}

/** Who has a phone, as of a time (Unix milliseconds, Postgres's clock). At most one of these per phone at a time. */
export interface KnownClient {
  readonly lane: string;
  readonly phone: string;
  readonly cards: readonly ClientCard[];
  readonly asOf: number;
  readonly origin: Client['origin'];
}

/** Questions about clients, and what this service knows of them beyond amoCRM's search. */
export class ClientStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Stores questions; the same phone of the same portal is one question. One that an answer already given is younger
   * than is answered: a replayed topic asks amoCRM nothing.
   * @returns the lanes that have something new to do; null = something whose portal has none yet
   */
  async ask(tx: EntityManager, lookups: readonly LookupCommand[]): Promise<(string | null)[]> {
    const questions = new Map(lookups.map((each) => [`${each.accountId}|${each.portalId}|${each.phone}`, each]));
    if (questions.size === 0) return [];
    const stored: { lane: string | null }[] = await tx.query(
      `insert into lookup (account_id, portal_id, phone, lane, requested_at, caused_at)
       select w.account_id, w.portal_id, w.phone, p.lane, w.requested_at, w.caused_at
         from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::timestamptz[])
           as w (portal_id, phone, requested_at, account_id, caused_at)
         left join portal p on p.portal_id = w.portal_id and p.account_id = w.account_id and p.deleted_at is null
        where not exists (
          select 1 from client c where c.lane = p.lane and c.phone = w.phone and c.as_of > w.requested_at)
        order by w.account_id, w.portal_id, w.phone
       on conflict (account_id, portal_id, phone) do update
         set asked = lookup.asked + 1, requested_at = greatest(lookup.requested_at, excluded.requested_at),
             caused_at = greatest(lookup.caused_at, excluded.caused_at), lane = coalesce(lookup.lane, excluded.lane)
       returning lane`,
      columns(
        [...questions.values()],
        (each) => each.portalId,
        (each) => each.phone,
        (each) => each.requestedAt,
        (each) => each.accountId,
        (each) => each.causedAt ?? each.requestedAt,
      ),
    );
    return [...new Set(stored.map((row) => row.lane))];
  }

  /**
   * One question per phone: those of calls that just happened, and as many others, the oldest first within; portals that
   * take no requests do not answer. Indexes: lookup_urgent, lookup_due.
   */
  async due(lane: string, limit: number): Promise<Lookup[]> {
    // Of the statement's time, as an index wants it.
    const justHappened = `l.caused_at > statement_timestamp() - interval '2 minutes'`;
    const oldest = (isUrgent: boolean, condition: string): string => `
      (select l.*, ${String(isUrgent)} as is_urgent
         from lookup l join portal p on p.portal_id = l.portal_id and p.account_id = l.account_id
        where l.lane = $1 and l.next_at <= clock_timestamp() and ${condition} and ${takesRequests}
        order by l.requested_at limit $2)`;
    const rows: { portal_id: string; phone: string; asked: number; is_urgent: boolean }[] = await this.dataSource.query(
      `select distinct on (l.phone) l.portal_id, l.phone, l.asked, l.is_urgent
         from (${oldest(true, justHappened)} union all ${oldest(false, `(${justHappened}) is not true`)}) l
        order by l.phone, l.is_urgent desc, l.requested_at`,
      [lane, limit],
    );
    return rows.map((row) => ({
      portalId: row.portal_id,
      phone: row.phone,
      asked: row.asked,
      isUrgent: row.is_urgent,
    }));
  }

  async nextAt(tx: EntityManager, lane: string): Promise<number | null> {
    const [row]: { at: number | null }[] = await tx.query(
      `select (extract(epoch from min(l.next_at)) * 1000)::float8 as at
         from lookup l join portal p on p.portal_id = l.portal_id and p.account_id = l.account_id
        where l.lane = $1 and ${takesRequests}`,
      [lane],
    );
    return row?.at ?? null;
  }

  /** Answers every portal of the lane that asked for this phone. Asked again meanwhile: it stays, and is answered anew. */
  async answered(tx: EntityManager, lane: string, { portalId, phone, asked }: Lookup): Promise<void> {
    await tx.query(`delete from lookup where lane = $1 and phone = $2 and (portal_id <> $3 or asked <= $4)`, [
      lane,
      phone,
      portalId,
      asked,
    ]);
  }

  async askLater(lane: string, phone: string, afterMs: number): Promise<void> {
    await this.dataSource.query(
      `update lookup set next_at = clock_timestamp() + $3::float8 * interval '1 millisecond' where lane = $1 and phone = $2`,
      [lane, phone, afterMs],
    );
  }

  /** Asks by itself: a write whose answer was lost leaves the card's other facts unknown. */
  async askOwn(tx: EntityManager, portalId: string, lane: string, phone: string): Promise<void> {
    await tx.query(
      `insert into lookup (account_id, portal_id, phone, lane, requested_at)
       select account_id, portal_id, $2, $3, clock_timestamp() from portal where portal_id = $1
       on conflict (account_id, portal_id, phone) do update set asked = lookup.asked + 1`,
      [portalId, phone, lane],
    );
  }

  /** Cards of this client that we made or linked a deal to: the search may lag behind that. The newest ones. */
  async ownCards(lane: string, phone: string): Promise<readonly OwnCard[]> {
    return (await this.ownCardsOf(lane, [phone])).get(phone) ?? [];
  }

  /** As {@link ownCards}, by phone. Index: primary key. */
  async ownCardsOf(lane: string, phones: readonly string[]): Promise<Map<string, OwnCard[]>> {
    const rows: (OwnCard & { phone: string })[] = await this.dataSource.query(
      `select p.phone, o.type, o.card_id::float8 as id from unnest($2::text[]) as p (phone)
        cross join lateral (
          select type, card_id from own_card where lane = $1 and phone = p.phone order by card_id desc limit 20) o`,
      [lane, [...new Set(phones)]],
    );
    const cards = new Map<string, OwnCard[]>();
    for (const { phone, type, id } of rows) cards.set(phone, [...(cards.get(phone) ?? []), { type, id }]);
    return cards;
  }

  async rememberOwnCards(
    tx: EntityManager,
    cards: readonly (OwnCard & { readonly lane: string; readonly phone: string })[],
  ): Promise<void> {
    if (cards.length === 0) return;
    await tx.query(
      `insert into own_card (lane, phone, type, card_id)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) on conflict do nothing`,
      columns(
        cards,
        (each) => each.lane,
        (each) => each.phone,
        (each) => each.type,
        (each) => each.id,
      ),
    );
  }

  /** Phones of whom something was told, in their order. Index: primary key. */
  async phonesAfter(lane: string, after: string, limit: number): Promise<string[]> {
    const rows: { phone: string }[] = await this.dataSource.query(
      `select phone from client where lane = $1 and phone > $2 order by phone limit $3`,
      [lane, after, limit],
    );
    return rows.map(({ phone }) => phone);
  }

  /** Tells who has each phone, and remembers when that was so. */
  async publish(tx: EntityManager, outbox: Outbox, known: readonly KnownClient[]): Promise<void> {
    if (known.length === 0) return;
    // The rows are locked from here on: answers for one client leave in the order of their commits.
    await tx.query(
      `insert into client (lane, phone, as_of)
       select * from unnest($1::text[], $2::text[], $3::timestamptz[]) as k (lane, phone, as_of) order by k.lane, k.phone
       on conflict (lane, phone) do update set as_of = greatest(client.as_of, excluded.as_of)`,
      columns(
        known,
        (each) => each.lane,
        (each) => each.phone,
        (each) => new Date(each.asOf).toISOString(),
      ),
    );
    await outbox.append(tx, known.map(messageOf));
  }
}

function messageOf({ lane, phone, cards, asOf, origin }: KnownClient): OutboxRecord {
  const message: Client = { lane, phone, cards: cards.slice(0, 250), asOf: new Date(asOf).toISOString(), origin };
  return { topic: clients.topic, key: clients.key(message), value: JSON.stringify(clients.parse(message)) };
}
