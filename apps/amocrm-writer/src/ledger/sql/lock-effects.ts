import { effectColumns } from '../effect-row.js';

/** Locks effects in one fixed order, so that two transactions cannot wait for each other. Index: primary key. */
export const lockEffects = `
  select ${effectColumns} from effect e where e.seq = any($1::bigint[]) order by e.seq for update`;
