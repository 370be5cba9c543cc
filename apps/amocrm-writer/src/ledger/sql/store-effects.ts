/**
 * Stores wishes, one row per (account, call, effect); a higher revision replaces the wanted state, anything else is a
 * repeat and changes nothing. The lane comes from the portal if it is known and belongs to the account.
 *
 * Index: the unique (account_id, call_id, effect). Rows of one statement must not share a key: the caller folds them.
 */
export const storeEffects = `
  insert into effect (account_id, call_id, effect, portal_id, lane, phone, after_effects, command, revision, state,
                      next_at, marker, caused_at)
  select w.account_id, w.call_id, w.effect, w.portal_id, p.lane, w.phone,
         array(select jsonb_array_elements_text(w.after_effects)), w.command, w.revision, 'waiting', clock_timestamp(),
         w.marker, w.caused_at
    from unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::jsonb[], $7::jsonb[], $8::int[], $9::text[],
                $10::timestamptz[])
         with ordinality as w (account_id, call_id, effect, portal_id, phone, after_effects, command, revision, marker,
                               caused_at, place)
    left join portal p on p.portal_id = w.portal_id and p.account_id = w.account_id and p.deleted_at is null
   order by w.place
  on conflict (account_id, call_id, effect) do update
     set command = excluded.command, revision = excluded.revision, updated_at = clock_timestamp()
   where effect.revision < excluded.revision
  returning seq::text, lane, (xmax <> 0) as is_revised`;
