import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import type { CallRow } from './call-row.js';

/** The rows are locked by this transaction; primary key. */
const SAVE_CALLS = `
  update calls c
     set settings_version = n.settings_version, portal_id = n.portal_id, phone = n.phone, facts = n.facts,
         progress = n.progress, state = n.state, last_event_id = n.last_event_id, wake_at = n.wake_at,
         waiting_since = n.waiting_since, updated_at = now()
    from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[], $7::text[], $8::text[],
                $9::timestamptz[], $10::timestamptz[])
      as n (call_id, settings_version, portal_id, phone, facts, progress, state, last_event_id, wake_at, waiting_since)
   where c.call_id = n.call_id`;

export async function saveCalls(tx: EntityManager, rows: readonly CallRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    SAVE_CALLS,
    columns(
      rows,
      (r) => r.callId,
      (r) => r.settingsVersion,
      (r) => r.portalId,
      (r) => r.phone,
      (r) => (r.facts === null ? null : JSON.stringify(r.facts)),
      (r) => JSON.stringify(r.progress),
      (r) => r.state,
      (r) => r.lastEventId,
      (r) => r.wakeAt,
      (r) => r.waitingSince,
    ),
  );
}
