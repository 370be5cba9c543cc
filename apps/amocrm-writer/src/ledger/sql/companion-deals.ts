import { effectColumns } from '../effect-row.js';

/**
 * For ready contacts, the deal of the same call, if it waits for nothing else: the two go in one request
 * (`leads/complex`). Not after a refused batch had to be taken apart, and not past something else of the same client.
 * `offset 0`: as in `ready-effects.ts`. Indexes: primary key; unique (account_id, call_id, effect); effect_client.
 */
export const companionDeals = `
  select x.seq::text as contact_seq, ${effectColumns}
    from unnest($1::bigint[]) as ready (seq)
    cross join lateral (select c.* from effect c where c.seq = ready.seq offset 0) x
    cross join lateral (
      select d.* from effect d where d.account_id = x.account_id and d.call_id = x.call_id and d.effect = 'deal' offset 0) e
   where x.batch_max > 1 and e.batch_max > 1
     and e.portal_id = x.portal_id and e.state = 'waiting' and e.blocked_by is null and e.next_at <= clock_timestamp()
     and not exists (
       select 1 from unnest(e.after_effects) as n (effect)
         left join effect b on b.account_id = e.account_id and b.call_id = e.call_id and b.effect = n.effect
        where n.effect <> 'contact'
          and (b.seq is null or b.state in ('waiting', 'sending', 'in_doubt', 'parked'))
       offset 0)
     and not exists (
       select 1 from effect b
        where b.portal_id = e.portal_id and b.phone = e.phone and b.seq + 0 > x.seq and b.seq + 0 < e.seq
          and b.blocked_by is null and b.state in ('waiting', 'sending', 'in_doubt')
       offset 0)`;
