import type { DataSource, EntityManager } from 'typeorm';
import { effectOf, type EffectRow, type Entities, type StoredEffect } from './effect-row.js';
import { companionDeals } from './sql/companion-deals.js';
import { dueLooks, nextLookAt } from './sql/due-looks.js';
import { nextReadyAt, readyEffects } from './sql/ready-effects.js';

/** What the lane's turn asks of the ledger. Reads only. */
export class LedgerQueries {
  constructor(private readonly dataSource: DataSource) {}

  /** Effects that may be sent now, at most one per client: those of calls just made first, then the oldest. */
  async ready(lane: string, limit: number): Promise<EffectRow[]> {
    const rows: StoredEffect[] = await this.dataSource.query(readyEffects, [lane, limit]);
    return rows.map(effectOf);
  }

  /** Deals that may go in one request with the contact of their call, by the contact's seq. */
  async dealsOf(contacts: readonly EffectRow[]): Promise<Map<string, EffectRow>> {
    if (contacts.length === 0) return new Map();
    const rows: (StoredEffect & { contact_seq: string })[] = await this.dataSource.query(companionDeals, [
      contacts.map(({ seq }) => seq),
    ]);
    return new Map(rows.map((row) => [row.contact_seq, effectOf(row)]));
  }

  async looksDue(lane: string, limit: number): Promise<EffectRow[]> {
    const rows: StoredEffect[] = await this.dataSource.query(dueLooks, [lane, limit]);
    return rows.map(effectOf);
  }

  /** When the lane next has an effect to send or a doubt to look at, in Unix milliseconds; null = nothing foreseen. */
  async nextAt(tx: EntityManager, lane: string): Promise<number | null> {
    const [ready]: { at: number | null }[] = await tx.query(nextReadyAt, [lane]);
    const [look]: { at: number | null }[] = await tx.query(nextLookAt, [lane]);
    // At the end of a turn nothing is on its way: a request whose outcome could not be recorded is a doubt, now.
    const [open]: { at: number | null }[] = await tx.query(
      `select (extract(epoch from min(sent_at)) * 1000)::float8 as at from effect where lane = $1 and state = 'sending'`,
      [lane],
    );
    const times = [ready?.at, look?.at, open?.at].filter((at) => at != null);
    return times.length === 0 ? null : Math.min(...times);
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
