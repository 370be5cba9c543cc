import type { WaitingCalls } from '@perezvon/contracts';
import type { DataSource } from 'typeorm';

/**
 * Calls that wait, by what they wait for: amoCRM's answer, settings or a portal by their row's state, a record or a
 * recording by what their progress shows (R3, R9, R11). Three branches for three indexes: calls_awaiting,
 * calls_awaiting_settings, calls_wake_at. A wait for a record counts from the newest event, as its end does.
 */
const COUNT_WAITING = `
  with waiting as (
    select account_id, state, waiting_since as since from calls
     where state in ('awaiting_client', 'awaiting_portal')
     union all
    select account_id, state, waiting_since from calls where state = 'awaiting_settings'
     union all
    select account_id, progress #>> '{shown,state}', (progress #>> '{heard,at}')::timestamptz from calls
     where wake_at is not null and state = 'following' and progress #>> '{shown,state}' is not null
  )
  select state, count(*)::int as count, min(coalesce(since, now())) as oldest_at
    from waiting
   where $1::text is null or account_id = $1
   group by state
   order by state`;

interface CountedCalls {
  state: WaitingCalls['waiting'][number]['state'];
  count: number;
  oldest_at: Date;
}

/** @param accountId null: of all accounts */
export async function countWaiting(dataSource: DataSource, accountId: string | null): Promise<WaitingCalls['waiting']> {
  const rows: CountedCalls[] = await dataSource.query(COUNT_WAITING, [accountId]);
  return rows.map(({ state, count, oldest_at: oldestAt }) => ({ state, count, oldestAt: oldestAt.toISOString() }));
}
