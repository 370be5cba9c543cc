import { effectColumns } from '../effect-row.js';
import { takesRequests } from '../../portals/portal.js';

/**
 * Which waiting effects may be sent as soon as their time has come:
 *
 * - their account is on (R11), their portal is neither stopped nor gone, no parked effect of their call holds them;
 * - they create nothing while the tariff's limit is known to be reached (R12);
 * - what their call asked for before them is settled;
 * - nothing earlier of the same client on the same portal is still open (order per client), except what itself waits for
 *   this one or something later: commands may arrive out of order, and must not wait for each other in a circle;
 * - for a contact: no other account is just now creating one for this number in the same amoCRM.
 *
 * `offset 0`: each question is asked of one effect after the other. Without it Postgres may turn them into joins, and where
 * it takes what waits for little (it planned while nothing did) it goes through all that waits for each effect.
 * Indexes: effect_waiting for the scan; unique (account_id, call_id, effect), effect_client, effect_one_contact inside.
 */
const mayBeSent = `
  e.lane = $1 and e.state = 'waiting' and e.blocked_by is null
  and exists (
    select 1 from portal p join account a on a.account_id = p.account_id
     where p.portal_id = e.portal_id and p.account_id = e.account_id
       and a.is_active and a.deleted_at is null and ${takesRequests}
       and (p.creations_from is null or p.creations_from <= statement_timestamp()
            or e.effect not in ('contact', 'deal', 'unsorted'))
     offset 0)
  and not exists (
    select 1 from unnest(e.after_effects) as n (effect)
      left join effect b on b.account_id = e.account_id and b.call_id = e.call_id and b.effect = n.effect
     where b.seq is null or b.state in ('waiting', 'sending', 'in_doubt', 'parked')
    offset 0)
  and not exists (
    select 1 from effect b
     where b.portal_id = e.portal_id and b.phone = e.phone and b.seq + 0 < e.seq and b.blocked_by is null
       and b.state in ('waiting', 'sending', 'in_doubt')
       and not exists (
         select 1 from unnest(b.after_effects) as n (effect)
           left join effect x on x.account_id = b.account_id and x.call_id = b.call_id and x.effect = n.effect
          where x.seq is null or (x.seq >= e.seq and x.state in ('waiting', 'sending', 'in_doubt'))
         offset 0)
     offset 0)
  and not (e.effect = 'contact' and exists (
    select 1 from effect b
     where b.lane = e.lane and b.phone = e.phone and b.effect = 'contact' and b.state in ('sending', 'in_doubt')
     offset 0))`;

/**
 * A call that just happened is waited for by people; what is older has waited already. What the same client still waits for
 * from before is as urgent: it goes first (order per client), and must not take the call with it to the backlog's end.
 * `offset 0`: client by client, or Postgres goes through what waits in all lanes to find what one of them has.
 * Indexes: effect_live, effect_client.
 */
const urgentEffects = `
  with live as materialized (
    select e.seq, e.portal_id, e.phone from effect e
     where e.lane = $1 and e.state = 'waiting' and e.caused_at > statement_timestamp() - interval '2 minutes'
     order by e.caused_at limit 1000),
  urgent as materialized (
    select seq from live
    union
    select earlier.seq from live l cross join lateral (
      select before.seq from effect before
       where before.portal_id = l.portal_id and before.phone = l.phone and before.seq + 0 < l.seq
         and before.state in ('waiting', 'sending', 'in_doubt') and before.blocked_by is null offset 0) earlier)`;

/**
 * At most one per client: the next ones of a client wait for it. Urgent ones first, the oldest first within; both kinds up
 * to the limit, so that neither starves the other. Indexes: primary key; effect_waiting.
 */
export const readyEffects = `
  ${urgentEffects}
  (select ${effectColumns}, true as is_urgent
     from urgent u cross join lateral (select e.* from effect e where e.seq = u.seq offset 0) e
    where e.seq <> all ($3::bigint[]) and ${mayBeSent} and e.next_at <= statement_timestamp()
    order by e.seq limit $2)
  union all
  (select ${effectColumns}, false as is_urgent from effect e
    where e.seq <> all ($3::bigint[]) and ${mayBeSent} and e.next_at <= statement_timestamp()
      and e.seq not in (select seq from urgent)
    order by e.seq limit $2)`;

/**
 * When the first of them may be sent, in Unix milliseconds; null = none. Of a backlog that is due one row is looked at, not
 * all of it: this is asked under the lane's lock, for which whoever stores new work waits.
 */
export const nextReadyAt = `
  select case
    when exists (select 1 from effect e where ${mayBeSent} and e.next_at <= statement_timestamp())
      then (extract(epoch from statement_timestamp()) * 1000)::float8
    else (select (extract(epoch from min(e.next_at)) * 1000)::float8 from effect e
           where e.next_at > statement_timestamp() and ${mayBeSent})
  end as at`;
