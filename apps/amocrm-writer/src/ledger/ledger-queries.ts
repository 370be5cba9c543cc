import { type PreparedStatement, queryPrepared, queryPreparedIn } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { effectOf, type EffectRow, type Entities, type ReadyEffect, type StoredEffect } from './effect-row.js';
import { companionDeals } from './sql/companion-deals.js';
import { dueLooks, nextLookAt } from './sql/due-looks.js';
import { nextReadyAt, readyEffects } from './sql/ready-effects.js';

/**
 * Planning them takes several times as long as what they find for a lane with a few calls. A plan that was made while
 * nothing waited is used when a backlog has come: each must read by its own index, whatever Postgres takes the tables for.
 */
export const READY_EFFECTS = { name: 'ready-effects', sql: readyEffects };
export const COMPANION_DEALS = { name: 'companion-deals', sql: companionDeals };
export const DUE_LOOKS = { name: 'due-looks', sql: dueLooks };
export const NEXT_READY_AT = { name: 'next-ready-at', sql: nextReadyAt };
export const NEXT_LOOK_AT = { name: 'next-look-at', sql: nextLookAt };
export const OPEN_SINCE = {
  name: 'open-since',
  sql: `select (extract(epoch from min(sent_at)) * 1000)::float8 as at from effect where lane = $1 and state = 'sending'`,
};

/** What the lane's turn asks of the ledger. Reads only. */
export class LedgerQueries {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Effects that may be sent now, at most one per client: those of calls just made first, then the oldest.
   * @param except the seqs of those that are being worked on
   */
  async ready(lane: string, limit: number, except: readonly string[]): Promise<ReadyEffect[]> {
    const rows = await queryPrepared<StoredEffect & { is_urgent: boolean }>(this.dataSource, READY_EFFECTS, [
      lane,
      limit,
      except,
    ]);
    return rows.map((row) => ({ ...effectOf(row), isUrgent: row.is_urgent }));
  }

  /** Deals that may go in one request with the contact of their call, by the contact's seq. */
  async dealsOf(contacts: readonly EffectRow[]): Promise<Map<string, EffectRow>> {
    if (contacts.length === 0) return new Map();
    const seqs = contacts.map(({ seq }) => seq);
    const rows = await queryPrepared<StoredEffect & { contact_seq: string }>(this.dataSource, COMPANION_DEALS, [seqs]);
    return new Map(rows.map((row) => [row.contact_seq, effectOf(row)]));
  }

  async looksDue(lane: string, limit: number): Promise<EffectRow[]> {
    const rows = await queryPrepared<StoredEffect>(this.dataSource, DUE_LOOKS, [lane, limit]);
    return rows.map(effectOf);
  }

  /** When the lane next has an effect to send or a doubt to look at, in Unix milliseconds; null = nothing foreseen. */
  async nextAt(tx: EntityManager, lane: string): Promise<number | null> {
    const timeOf = async (statement: PreparedStatement): Promise<number | null> => {
      const [row] = await queryPreparedIn<{ at: number | null }>(tx, statement, [lane]);
      return row?.at ?? null;
    };
    // At the end of a turn nothing is on its way: a request whose outcome could not be recorded is a doubt, now.
    const times = [await timeOf(NEXT_READY_AT), await timeOf(NEXT_LOOK_AT), await timeOf(OPEN_SINCE)];
    const known = times.filter((at) => at !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  /** The contact (or company) that each of these calls made or found, by call id. */
  async cardsOfCalls(
    calls: readonly { readonly accountId: string; readonly callId: string }[],
  ): Promise<Map<string, { type: 'contact' | 'company'; id: number }>> {
    const rows: { call_id: string; entities: Entities }[] = await this.dataSource.query(
      `select e.call_id, e.entities from unnest($1::text[], $2::uuid[]) as c (account_id, call_id)
         join effect e on e.account_id = c.account_id and e.call_id = c.call_id and e.effect = 'contact'
        where e.state = 'done'`,
      [calls.map(({ accountId }) => accountId), calls.map(({ callId }) => callId)],
    );
    const cards = new Map<string, { type: 'contact' | 'company'; id: number }>();
    for (const { call_id, entities } of rows) {
      for (const { type, id } of entities) {
        if ((type === 'contact' || type === 'company') && typeof id === 'number') cards.set(call_id, { type, id });
      }
    }
    return cards;
  }

  /** Which of these calls amoCRM took as an unsorted record, and not as a contact and a deal in its place (R12). */
  async callsInUnsorted(
    calls: readonly { readonly accountId: string; readonly callId: string }[],
  ): Promise<Set<string>> {
    if (calls.length === 0) return new Set();
    const rows: { call_id: string }[] = await this.dataSource.query(
      `select e.call_id from unnest($1::text[], $2::uuid[]) as c (account_id, call_id)
         join effect e on e.account_id = c.account_id and e.call_id = c.call_id and e.effect = 'unsorted'
        where e.state = 'done' and e.sent->>'kind' = 'unsorted'`,
      [calls.map(({ accountId }) => accountId), calls.map(({ callId }) => callId)],
    );
    return new Set(rows.map(({ call_id }) => call_id));
  }

  /** Which of these amoCRM ids belong to other effects of the lane. Index: effect_made. */
  async madeByOthers(lane: string, effect: string, ids: readonly number[], seq: string): Promise<Set<number>> {
    if (ids.length === 0) return new Set();
    const rows: { id: number }[] = await this.dataSource.query(
      `select amocrm_id::float8 as id from effect
        where lane = $1 and effect = $2 and amocrm_id = any($3::bigint[]) and seq <> $4::bigint`,
      [lane, effect, ids, seq],
    );
    return new Set(rows.map((row) => row.id));
  }
}
