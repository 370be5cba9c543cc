import type { DataSource } from 'typeorm';
import { deleteCalls } from './delete-calls.js';
import { expireSettings } from './expire-settings.js';

/**
 * A call's row is what drops its duplicates. Topics keep 7 days and call-ingest refuses events older than 30, so after 45
 * days without news nothing can come that this row would have to recognise (design.md, Topics).
 */
const CALL_DAYS = 45;
/** No call lasts longer than 24 hours (R4), and an answer counts within its call (R13). */
const ROUTE_ANSWER_DAYS = 2;

/** Index calls_first_seen. What an engine is advancing at this moment is passed by. */
const OLD_CALLS = `
  select call_id from calls
   where first_seen_at < now() - make_interval(days => $1) and updated_at < now() - make_interval(days => $1)
   order by first_seen_at
   limit $2
     for update skip locked`;

/** Index route_answers_asked. */
const EXPIRE_ROUTE_ANSWERS = `
  with gone as (
    delete from route_answers
     where route_id in (
       select route_id from route_answers where asked_at < now() - make_interval(days => $1)
        order by asked_at limit $2 for update skip locked
     )
    returning 1
  )
  select count(*)::int as count from gone`;

/** @returns how many rows went, at most `limit` of each kind */
export async function expire(dataSource: DataSource, limit: number): Promise<number> {
  const calls = await deleteCalls(dataSource, OLD_CALLS, [CALL_DAYS, limit]);
  const [answers]: { count: number }[] = await dataSource.query(EXPIRE_ROUTE_ANSWERS, [ROUTE_ANSWER_DAYS, limit]);
  return calls + (answers?.count ?? 0) + (await expireSettings(dataSource, CALL_DAYS, limit));
}
