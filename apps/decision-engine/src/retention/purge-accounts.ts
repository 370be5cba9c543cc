import type { DataSource } from 'typeorm';
import { deleteCalls } from './delete-calls.js';

/**
 * Deleted accounts leave no personal data behind (design.md, Life cycle): their calls go at once, with the aliases, not
 * after their 45 days. A call is not made twice for it: the account is gone, and if it came back, the writer's ledger
 * keeps each effect for 400 days.
 *
 * There is no index on a call's account, which every call would pay for. A batch reads from the table's beginning until it
 * is full; the account that gave less than a batch is done, so the whole table is read once per deleted account.
 */
const CALLS_OF_ACCOUNT = 'select call_id from calls where account_id = $1 limit $2 for update skip locked';

/** An event that came after the deletion waits for settings that never come. Index calls_awaiting_settings. */
const LATE_CALLS = `
  select c.call_id from accounts a join calls c using (account_id)
   where a.deleted and c.state = 'awaiting_settings' limit $1 for update of c skip locked`;

/** Unless the account has come back meanwhile, or an engine holds one of its calls just now. */
const FINISH = `
  with done as (
    update accounts a set purged = true
     where a.account_id = $1 and a.deleted and not exists (select 1 from calls c where c.account_id = a.account_id)
    returning a.account_id
  )
  delete from settings_versions s using done where s.account_id = done.account_id`;

/** @returns how many calls went: at least `limit` = there may be more */
export async function purgeDeletedAccounts(dataSource: DataSource, limit: number): Promise<number> {
  let gone = await deleteCalls(dataSource, LATE_CALLS, [limit]);
  const deleted: { account_id: string }[] = await dataSource.query(
    'select account_id from accounts where deleted and not purged order by account_id limit $1',
    [limit],
  );
  for (const { account_id: accountId } of deleted) {
    const ofAccount = await deleteCalls(dataSource, CALLS_OF_ACCOUNT, [accountId, limit]);
    gone += ofAccount;
    if (ofAccount < limit) await dataSource.query(FINISH, [accountId]);
    if (gone >= limit) break;
  }
  return gone;
}
