/**
 * Brings `blocked_by` of the waiting effects of these calls in line: an effect is held while one that it comes after is
 * parked, so that it does not hold the client's other calls (design.md, Ledger).
 *
 * Index: unique (account_id, call_id, effect). The calls' effects are read whatever their state: asked for the waiting ones
 * alone, Postgres takes an index of all that waits in the account, and a backlog is gone through once for each of its calls.
 */
export const blockDependants = `
  with own as materialized (
    select d.seq, d.account_id, d.call_id, d.effect, d.state, d.after_effects
      from unnest($1::text[], $2::uuid[]) as c (account_id, call_id)
      join effect d on d.account_id = c.account_id and d.call_id = c.call_id),
  parked as materialized (select account_id, call_id, effect from own where state = 'parked'),
  held as materialized (
    select d.seq,
           (select min(x.effect) from parked x
             where x.account_id = d.account_id and x.call_id = d.call_id and x.effect = any(d.after_effects)) as parked
      from own d where d.state = 'waiting')
  update effect e
     set blocked_by = b.parked, updated_at = clock_timestamp()
    from held b
   where e.seq = b.seq and e.blocked_by is distinct from b.parked
  returning e.seq::text`;

/** The waiting effects that a discarded one takes with it, directly or through another. */
export const dependantsOf = `
  with recursive held as (
    select d.seq, d.account_id, d.call_id, d.effect from effect x
      join effect d on d.account_id = x.account_id and d.call_id = x.call_id and x.effect = any(d.after_effects)
     where x.seq = $1::bigint and d.state = 'waiting'
    union
    select d.seq, d.account_id, d.call_id, d.effect from held h
      join effect d on d.account_id = h.account_id and d.call_id = h.call_id and h.effect = any(d.after_effects)
     where d.state = 'waiting')
  select seq::text from held`;
