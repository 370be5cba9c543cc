import { inTransaction } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';

/**
 * How long rows are kept (design.md): the ledger 400 days, so that a replay of any topic never creates again; of a deleted
 * account nothing personal beyond what a late command could still need: the topics' 7 days, well under the 30 that are
 * promised.
 */
const rules = [
  `delete from effect where created_at < clock_timestamp() - interval '400 days'
    and state in ('done', 'skipped', 'discarded')`,
  `delete from effect e using account a
    where a.account_id = e.account_id and a.deleted_at < clock_timestamp() - interval '8 days'
      and e.state in ('done', 'skipped', 'parked', 'discarded')`,
  `delete from cancelled_effect c using account a
    where a.account_id = c.account_id and a.deleted_at < clock_timestamp() - interval '8 days'`,
  ...['own_card', 'client', 'mirror', 'mirror_card', 'mirror_lead'].map(
    (table) => `delete from ${table} t where not exists (
      select 1 from portal p where p.lane = t.lane
        and (p.deleted_at is null or p.deleted_at > clock_timestamp() - interval '8 days'))`,
  ),
];

/** Deletes what has been kept for long enough. May run in every writer. */
export async function applyRetention(dataSource: DataSource): Promise<void> {
  for (const rule of rules) {
    await inTransaction(dataSource, async (tx) => {
      // These go through whole tables.
      await tx.query('set local enable_seqscan = on');
      await tx.query(rule);
    });
  }
}
