import { routes, type Route } from '@perezvon/contracts';
import { columns, type OutboxRecord, queryPrepared } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';

/**
 * The answer and what follows from it, in one statement and one round trip. It does not wait for the disk
 * (`synchronous_commit` off, for this statement's own transaction): what a crash of the database could take is the memory
 * of a call that is ringing just now. Nothing is written when another process has kept an answer of this call a
 * moment ago.
 */
const KEEP_ANSWER = {
  name: 'keep-answer',
  sql: `
  with at_once as (
    select set_config('synchronous_commit', 'off', true)
  ), kept as (
    insert into route_answers (route_id, answer)
    select $1::uuid, $2::jsonb from at_once
    on conflict do nothing
    returning route_id
  )
  insert into outbox (topic, key, value, headers)
  select topic, key, convert_to(value, 'UTF8'), '{}'
    from kept, unnest($3::text[], $4::text[], $5::text[]) as owed (topic, key, value)`,
};

export async function keepAnswer(dataSource: DataSource, answer: Route, also: readonly OutboxRecord[]): Promise<void> {
  const owed = [{ topic: routes.topic, key: routes.key(answer), value: JSON.stringify(answer) }, ...also];
  await queryPrepared(dataSource, KEEP_ANSWER, [
    answer.routeId,
    JSON.stringify(answer),
    ...columns(
      owed,
      (record) => record.topic,
      (record) => record.key,
      (record) => record.value,
    ),
  ]);
}
