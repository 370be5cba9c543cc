import { effectColumns } from '../effect-row.js';
import { takesRequests } from '../../portals/portal.js';

/** `offset 0`: as in `ready-effects.ts`. */
const mayBeLooked = `
  e.lane = $1 and e.state = 'in_doubt'
  and exists (select 1 from portal p where p.portal_id = e.portal_id and ${takesRequests} offset 0)`;

/** Doubts whose next look is due, the oldest first. An account that is off does not stop looks: they write nothing. Index: effect_in_doubt. */
export const dueLooks = `
  select ${effectColumns} from effect e
   where ${mayBeLooked} and e.next_at <= clock_timestamp()
   order by e.next_at limit $2`;

export const nextLookAt = `
  select (extract(epoch from min(e.next_at)) * 1000)::float8 as at
    from effect e where ${mayBeLooked}`;
