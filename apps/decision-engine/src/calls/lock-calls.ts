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
  wake_at: Date | null;
}

/** By primary key; locked in the order of the ids. */
const LOCK_CALLS = `
  select call_id, account_id, pbx_call_id, settings_version, portal_id, phone, facts, progress, state, last_event_id, wake_at
    from calls
   where call_id = any($1::uuid[])
   order by call_id
     for update`;

export async function lockCalls(tx: EntityManager, callIds: readonly string[]): Promise<Map<string, CallRow>> {
  const rows: StoredCall[] = await tx.query(LOCK_CALLS, [callIds]);
  return new Map(rows.map((row) => [row.call_id, fromStored(row)]));
}

function fromStored(row: StoredCall): CallRow {
  return {
    callId: row.call_id,
    accountId: row.account_id,
    pbxCallId: row.pbx_call_id,
    settingsVersion: row.settings_version,
    portalId: row.portal_id,
    phone: row.phone,
    facts: row.facts,
    progress: row.progress,
    state: row.state,
    lastEventId: row.last_event_id,
    wakeAt: row.wake_at?.toISOString() ?? null,
  };
}
