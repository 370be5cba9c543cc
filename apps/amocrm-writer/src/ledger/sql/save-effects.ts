import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import { columnsOf, type EffectRow } from '../effect-row.js';

const sql = `
  update effect e
     set state = u.state, reason = u.reason, detail = u.detail,
         next_at = coalesce(to_timestamp(u.next_at / 1000), e.next_at),
         attempts = u.attempts, epoch = u.epoch, sent_at = to_timestamp(u.sent_at / 1000),
         settled_from = to_timestamp(u.settled_from / 1000), looks = u.looks, sent = u.sent,
         batch_max = u.batch_max, is_refreshed = u.is_refreshed, entities = u.entities, amocrm_id = u.amocrm_id,
         existed = u.existed, rule_ids = array(select jsonb_array_elements_text(u.rule_ids)), reported = u.reported, reasons = u.reasons,
         cancelled_for = u.cancelled_for,
         updated_at = clock_timestamp()
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::int[], $7::bigint[], $8::float8[],
                $9::float8[], $10::int[], $11::jsonb[], $12::int[], $13::boolean[], $14::jsonb[], $15::bigint[],
                $16::boolean[], $17::jsonb[], $18::text[], $19::jsonb[], $20::uuid[])
      as u (seq, state, reason, detail, next_at, attempts, epoch, sent_at, settled_from, looks, sent, batch_max,
            is_refreshed, entities, amocrm_id, existed, rule_ids, reported, reasons, cancelled_for)
   where e.seq = u.seq`;

/** Writes locked effects back. A state without a time of its own keeps `next_at`. Index: primary key. */
export async function saveEffects(tx: EntityManager, rows: readonly EffectRow[]): Promise<void> {
  const states = rows.map((row) => ({ row, own: columnsOf(row.state) }));
  if (states.length === 0) return;
  await tx.query(
    sql,
    columns(
      states,
      ({ row }) => row.seq,
      ({ own }) => own.state,
      ({ own }) => own.reason,
      ({ row }) => row.detail,
      ({ own }) => own.nextAt,
      ({ row }) => row.attempts,
      ({ own }) => own.epoch,
      ({ own }) => own.sentAt,
      ({ own }) => own.settledFrom,
      ({ own }) => own.looks,
      ({ row }) => (row.sent === null ? null : JSON.stringify(row.sent)),
      ({ row }) => row.batchMax,
      ({ row }) => row.isRefreshed,
      ({ row }) => JSON.stringify(row.entities),
      ({ row }) => row.amocrmId,
      ({ row }) => row.existed,
      ({ row }) => JSON.stringify(row.ruleIds),
      ({ row }) => row.reported,
      ({ row }) => JSON.stringify(row.reasons),
      ({ row }) => row.cancelledFor,
    ),
  );
}
