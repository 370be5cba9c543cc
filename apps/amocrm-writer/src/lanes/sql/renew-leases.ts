/** Prolongs leases that have not run out; what is not returned is lost. Index: primary key. */
export const renewLeases = `
  update lane l set lease_until = clock_timestamp() + $2 * interval '1 millisecond'
   where l.lane in (
     select x.lane from lane x join unnest($3::text[], $4::bigint[]) as h (lane, epoch) on x.lane = h.lane
      where x.holder = $1 and x.epoch = h.epoch and x.lease_until > clock_timestamp()
      order by x.lane for update)
  returning l.lane, l.epoch::text, (extract(epoch from clock_timestamp()) * 1000)::float8 as now`;
