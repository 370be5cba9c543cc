import type { DataSource } from 'typeorm';
import { expireSettings } from './expire-settings.js';

/**
 * A call's row is what drops its duplicates. Topics keep 7 days and call-ingest refuses events older than 30, so after 45
 * days without news nothing can come that this row would have to recognise (design.md, Topics).
 */
const CALL_DAYS = 45;
/** No call lasts longer than 24 hours (R4), and an answer counts within its call (R13). */
const ROUTE_ANSWER_DAYS = 2;

/**
 * Index calls_first_seen; the aliases go with their call, by call_aliases_call. What an engine is advancing at this moment
 * is passed by.
 */
const EXPIRE_CALLS = `
  with old as (
    select call_id from calls
     where first_seen_at < now() - make_interval(days => $1) and updated_at < now() - make_interval(days => $1)
     order by first_seen_at
     limit $2
       for update skip locked
  ), gone as (
    delete from calls c using old where c.call_id = old.call_id returning c.call_id
  ), aliases as (
    delete from call_aliases a using gone where a.call_id = gone.call_id
  )
  select count(*)::int as count from gone`;

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
  const one = async (sql: string, days: number): Promise<number> => {
    const [row]: { count: number }[] = await dataSource.query(sql, [days, limit]);
    return row?.count ?? 0;
  };
  const calls = await one(EXPIRE_CALLS, CALL_DAYS);
  const answers = await one(EXPIRE_ROUTE_ANSWERS, ROUTE_ANSWER_DAYS);
  return calls + answers + (await expireSettings(dataSource, CALL_DAYS, limit));
}
