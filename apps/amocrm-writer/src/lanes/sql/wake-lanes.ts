/** There is something new for these lanes. Locked in one order, so that two of these cannot wait for each other. */
export const wakeLanes = `
  update lane l set wake_at = least(coalesce(l.wake_at, clock_timestamp()), clock_timestamp())
   where l.lane in (select lane from lane where lane = any($1::text[]) order by lane for update)`;

/** Tells the writers that are listening, and for which lanes; delivered when the transaction commits. */
export const wakeChannel = 'amocrm_writer_wake';
export const notifyWriters = `select pg_notify('${wakeChannel}', $1)`;
