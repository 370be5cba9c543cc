import { binaryArray, columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import { CallMovedMeanwhile } from './call-moved-meanwhile.js';
import type { CallRow } from './call-row.js';

/** The rows are locked by this transaction; primary key. */
const UPDATE_CALLS = `
  update calls c
     set settings_version = n.settings_version, portal_id = n.portal_id, phone = n.phone, facts = n.facts,
         progress = n.progress, state = n.state, last_event_id = n.last_event_id, wake_at = n.wake_at,
         waiting_since = n.waiting_since, updated_at = now()
    from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                $8::timestamptz[], $9::json[], $10::json[])
      as n (call_id, settings_version, portal_id, phone, state, last_event_id, wake_at, waiting_since, facts, progress)
   where c.call_id = n.call_id`;

/** In the order of the ids. A row that is there already was stored by a neighbour: it is not counted. */
const INSERT_CALLS = `
  with stored as (
    insert into calls (call_id, settings_version, portal_id, phone, state, last_event_id, wake_at, waiting_since, facts,
                       progress, account_id, pbx_call_id, first_seen_at)
    select *
      from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                  $8::timestamptz[], $9::json[], $10::json[], $11::text[], $12::text[], $13::timestamptz[])
        as n (call_id)
     order by call_id
    on conflict do nothing
    returning 1
  )
  select count(*)::int as count from stored`;

/** @throws CallMovedMeanwhile when a neighbour founded one of the new calls in the meantime */
export async function saveCalls(tx: EntityManager, rows: readonly CallRow[]): Promise<void> {
  const known = rows.filter((row) => row.isStored);
  const founded = rows.filter((row) => !row.isStored);
  if (known.length > 0) await tx.query(UPDATE_CALLS, moving(known));
  if (founded.length > 0) await insertCalls(tx, founded);
}

async function insertCalls(tx: EntityManager, rows: readonly CallRow[]): Promise<void> {
  const [inserted]: { count: number }[] = await tx.query(INSERT_CALLS, [
    ...moving(rows),
    ...columns(
      rows,
      (r) => r.accountId,
      (r) => r.pbxCallId,
      (r) => r.firstSeenAt,
    ),
  ]);
  if (inserted?.count !== rows.length) throw new CallMovedMeanwhile();
}

/** What a step may change, in the order of both statements' parameters. */
const moving = (rows: readonly CallRow[]): unknown[] => [
  ...columns(
    rows,
    (r) => r.callId,
    (r) => r.settingsVersion,
    (r) => r.portalId,
    (r) => r.phone,
    (r) => r.state,
    (r) => r.lastEventId,
    (r) => r.wakeAt,
    (r) => r.waitingSince,
  ),
  binaryArray(
    'json',
    rows.map((r) => r.facts && JSON.stringify(r.facts)),
  ),
  binaryArray(
    'json',
    rows.map((r) => JSON.stringify(r.progress)),
  ),
];
