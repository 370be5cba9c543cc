import { routes, type Route } from '@perezvon/contracts';
import {
  columns,
  GroupCommit,
  type OutboxRecord,
  type OutboxRelay,
  type PreparedStatement,
  queryPrepared,
} from '@perezvon/postgres';
import type { DataSource } from 'typeorm';

/** An answer, and what is still owed for it besides the journal's word. */
export interface Answered {
  readonly answer: Route;
  readonly lookup: readonly OutboxRecord[];
}

/**
 * One write at a time, so that the other connections are the questions': a write may wait for the database's disk, and a
 * question must not wait for that. A handful of answers costs what one does, and nobody waits for them
 * (docs/measurements/routing-profile.md).
 */
const TOGETHER = { maxItems: 500, atOnce: 1, restMs: 40 };

/**
 * Answers and what follows from them, in one statement and one round trip. It does not wait for the disk
 * (`synchronous_commit` off, for this statement's own transaction): what a crash of the database could take is the memory
 * of calls that are ringing just now. Nothing is written for a call whose answer another process has kept a moment ago.
 */
const KEEP_ANSWERS: PreparedStatement = {
  name: 'keep-answers',
  sql: `
  with at_once as (
    select set_config('synchronous_commit', 'off', true)
  ), kept as (
    insert into route_answers (route_id, answer)
    select given.route_id, given.answer
      from at_once, unnest($1::uuid[], $2::jsonb[]) as given (route_id, answer)
    on conflict do nothing
    returning route_id
  )
  insert into outbox (topic, key, value, headers)
  select topic, key, convert_to(value, 'UTF8'), '{}'
    from unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) as owed (route_id, topic, key, value)
    join kept using (route_id)`,
};

/** Writes answers down behind their backs: for the same question later, and for the journal (R13). */
export class KeepAnswers {
  private readonly together = new GroupCommit<Answered>((answered) => this.write(answered), TOGETHER);

  constructor(
    private readonly dataSource: DataSource,
    private readonly relay: Pick<OutboxRelay, 'wake'>,
  ) {}

  /** Resolves when it is written. @throws when it could not be */
  keep(answered: Answered): Promise<void> {
    return this.together.add([answered]);
  }

  private async write(answered: readonly Answered[]): Promise<void> {
    const owed = answered.flatMap(({ answer, lookup }) => {
      const journalled = { topic: routes.topic, key: routes.key(answer), value: JSON.stringify(answer) };
      return [journalled, ...lookup].map((record) => ({ routeId: answer.routeId, record }));
    });
    await queryPrepared(this.dataSource, KEEP_ANSWERS, [
      ...columns(
        answered,
        ({ answer }) => answer.routeId,
        ({ answer }) => JSON.stringify(answer),
      ),
      ...columns(
        owed,
        ({ routeId }) => routeId,
        ({ record }) => record.topic,
        ({ record }) => record.key,
        ({ record }) => record.value,
      ),
    ]);
    this.relay.wake();
  }
}
