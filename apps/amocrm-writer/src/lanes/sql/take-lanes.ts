import { kommo } from '../lane-name.js';

/**
 * Takes lanes that have something to do and nobody to do it, those whose last turn is longest ago first. SKIP LOCKED:
 * writers that ask at the same time share the lanes out. Lanes with one budget go to one writer, for all writers may send
 * from one address; two that ask in the same moment may both get some, until their turns end. A new holder is a new epoch.
 * Index: lane_wake.
 */
export const takeLanes = `
  with free as (
    select lane, holder, lease_until, freed_at from lane
     where wake_at <= statement_timestamp()
       and (lease_until is null or lease_until <= clock_timestamp())
       and (paused_until is null or paused_until <= clock_timestamp())
       and (not starts_with(lane, '${kommo}') or not exists (
         select 1 from lane other
          where starts_with(other.lane, '${kommo}') and other.holder <> $1 and other.lease_until > clock_timestamp()))
     order by last_turn_at limit $3
       for update skip locked)
  update lane l
     set holder = $1, epoch = l.epoch + 1, lease_until = clock_timestamp() + $2 * interval '1 millisecond',
         last_turn_at = clock_timestamp()
    from free f where l.lane = f.lane
  returning l.lane, l.epoch::text, l.failures, (f.holder is not distinct from $1) as was_ours,
            (extract(epoch from greatest(f.lease_until, f.freed_at)) * 1000)::float8 as last_held_at,
            (extract(epoch from clock_timestamp()) * 1000)::float8 as now`;
