import { columns, packed } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import type { CallRow } from './call-row.js';

/** The rows are locked by this transaction; primary key. Facts and progress come as one binary parameter ($13). */
const SAVE_CALLS = `
  update calls c
     set settings_version = n.settings_version, portal_id = n.portal_id, phone = n.phone,
         facts = convert_from(substring($13::bytea from facts_start for facts_length), 'UTF8')::jsonb,
         progress = convert_from(substring($13::bytea from progress_start for progress_length), 'UTF8')::jsonb,
         state = n.state, last_event_id = n.last_event_id, wake_at = n.wake_at, waiting_since = n.waiting_since,
         updated_at = now()
    from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                $8::timestamptz[], $9::int[], $10::int[], $11::int[], $12::int[])
      as n (call_id, settings_version, portal_id, phone, state, last_event_id, wake_at, waiting_since,
            facts_start, facts_length, progress_start, progress_length)
   where c.call_id = n.call_id`;

export async function saveCalls(tx: EntityManager, rows: readonly CallRow[]): Promise<void> {
  if (rows.length === 0) return;
  const count = rows.length;
  const documents = packed([
    ...rows.map((r) => (r.facts === null ? null : JSON.stringify(r.facts))),
    ...rows.map((r) => JSON.stringify(r.progress)),
  ]);
  await tx.query(SAVE_CALLS, [
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
    documents.starts.slice(0, count),
    documents.lengths.slice(0, count),
    documents.starts.slice(count),
    documents.lengths.slice(count),
    documents.bytes,
  ]);
}
