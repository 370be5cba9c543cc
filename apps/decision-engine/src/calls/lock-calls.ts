import type { CallFacts, CallProgress } from '@perezvon/calls';
import type { EntityManager } from 'typeorm';
import type { CallRow } from './call-row.js';

interface StoredCall {
  call_id: string;
  account_id: string;
  pbx_call_id: string;
  settings_version: number | null;
  portal_id: string | null;
  phone: string | null;
  facts: CallFacts | null;
  progress: CallProgress;
  state: CallRow['state'];
  last_event_id: string;
  first_seen_at: Date;
  wake_at: Date | null;
  waiting_since: Date | null;
}

const COLUMNS = `call_id, account_id, pbx_call_id, settings_version, portal_id, phone, facts, progress, state,
  last_event_id, first_seen_at, wake_at, waiting_since`;

/** By primary key; locked in the order of the ids. */
const LOCK_CALLS = `
  select ${COLUMNS}
    from calls
   where call_id = any($1::uuid[])
   order by call_id
     for update`;

export async function lockCalls(tx: EntityManager, callIds: readonly string[]): Promise<Map<string, CallRow>> {
  const rows: StoredCall[] = await tx.query(LOCK_CALLS, [callIds]);
  return new Map(rows.map((row) => [row.call_id, fromStored(row)]));
}

/**
 * Index calls_wake_at. What another process holds is passed by: it is being advanced there, by its own alarm or by an
 * event, and what is still due afterwards is found the next time. Waiting for nobody, this cannot close a circle of
 * locks, so its order is that of the times.
 */
const LOCK_DUE_CALLS = `
  select ${COLUMNS}
    from calls
   where wake_at <= $1
   order by wake_at
   limit $2
     for update skip locked`;

/** Calls whose time has come, the longest due first. */
export async function lockDueCalls(tx: EntityManager, now: Date, limit: number): Promise<CallRow[]> {
  const rows: StoredCall[] = await tx.query(LOCK_DUE_CALLS, [now, limit]);
  return rows.map(fromStored);
}

function fromStored(row: StoredCall): CallRow {
  return {
    callId: row.call_id,
    isStored: true,
    accountId: row.account_id,
    pbxCallId: row.pbx_call_id,
    settingsVersion: row.settings_version,
    portalId: row.portal_id,
    phone: row.phone,
    facts: row.facts,
    progress: row.progress,
    state: row.state,
    lastEventId: row.last_event_id,
    firstSeenAt: row.first_seen_at.toISOString(),
    wakeAt: row.wake_at?.toISOString() ?? null,
    waitingSince: row.waiting_since?.toISOString() ?? null,
  };
}
