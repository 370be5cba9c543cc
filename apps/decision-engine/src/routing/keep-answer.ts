import { routes, type Route } from '@perezvon/contracts';
import { columns, type OutboxRecord } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';

/**
 * The answer and what follows from it, in one statement and one round trip. It does not wait for the disk
 * (`synchronous_commit` off, for this statement's own transaction): what a crash of the database could take is the memory
 * of a call that is ringing just now. Nothing is written when another process has answered this call a moment ago.
 */
const KEEP_ANSWER = `
  with at_once as (
    select set_config('synchronous_commit', 'off', true)
  ), kept as (
    insert into route_answers (route_id, answer)
    select $1::uuid, $2::jsonb from at_once
    on conflict do nothing
    returning route_id
  )
  insert into outbox (topic, key, value, headers)
  select topic, key, value, '{}'
    from kept, unnest($3::text[], $4::text[], $5::bytea[]) as owed (topic, key, value)
  returning id`;

/** @returns the answer that counts: this one, or the one that was given first */
export async function keepAnswer(
  database: EntityManager,
  answer: Route,
  also: readonly OutboxRecord[],
): Promise<Route> {
  const owed = [{ topic: routes.topic, key: routes.key(answer), value: JSON.stringify(answer) }, ...also];
  const written: unknown[] = await database.query(KEEP_ANSWER, [
    answer.routeId,
    JSON.stringify(answer),
    ...columns(
      owed,
      (record) => record.topic,
      (record) => record.key,
      (record) => (typeof record.value === 'string' ? Buffer.from(record.value) : record.value),
    ),
  ]);
  if (written.length > 0) return answer;
  const [first]: { answer: Route }[] = await database.query('select answer from route_answers where route_id = $1', [
    answer.routeId,
  ]);
  return first?.answer ?? answer;
}
