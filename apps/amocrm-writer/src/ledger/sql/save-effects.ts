/** Writes locked effects back. A state without a time of its own keeps `next_at`. Index: primary key. */
export const saveEffects = `
  update effect e
     set state = u.state, reason = u.reason, detail = u.detail,
         next_at = coalesce(to_timestamp(u.next_at / 1000), e.next_at),
         attempts = u.attempts, epoch = u.epoch, sent_at = to_timestamp(u.sent_at / 1000),
         settled_from = to_timestamp(u.settled_from / 1000), looks = u.looks, sent = u.sent,
         is_alone = u.is_alone, is_refreshed = u.is_refreshed, entities = u.entities, amocrm_id = u.amocrm_id,
         existed = u.existed, rule_ids = array(select jsonb_array_elements_text(u.rule_ids)), reported = u.reported,
         updated_at = clock_timestamp()
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::int[], $7::bigint[], $8::float8[],
                $9::float8[], $10::int[], $11::jsonb[], $12::boolean[], $13::boolean[], $14::jsonb[], $15::bigint[],
                $16::boolean[], $17::jsonb[], $18::text[])
      as u (seq, state, reason, detail, next_at, attempts, epoch, sent_at, settled_from, looks, sent, is_alone,
            is_refreshed, entities, amocrm_id, existed, rule_ids, reported)
   where e.seq = u.seq`;
