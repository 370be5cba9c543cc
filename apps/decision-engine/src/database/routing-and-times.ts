import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the personal manager's door reads (R13), since when a call waits, and what the retention looks for. */
export class RoutingAndTimes1764100000000 implements MigrationInterface {
  readonly name = 'RoutingAndTimes1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table accounts add column portal_id uuid`);
    await runner.query(`
      update accounts a set portal_id = (s.document #>> '{integration,portalId}')::uuid
        from settings_versions s where s.account_id = a.account_id and s.version = a.version`);
    await runner.query(`
      create table pbx_sources (
        source_id uuid primary key,
        account_id text not null,
        document jsonb not null
      )`);
    await runner.query(`create index pbx_sources_account on pbx_sources (account_id)`);
    await runner.query(`
      insert into pbx_sources (source_id, account_id, document)
      select (source ->> 'sourceId')::uuid, a.account_id, source
        from accounts a
        join settings_versions s on s.account_id = a.account_id and s.version = a.version
       cross join jsonb_array_elements(s.document -> 'sources') as source
       where not a.deleted
      on conflict do nothing`);
    // Null: the writer keeps no mirror of this lane.
    await runner.query(`alter table portals add column mirror_complete boolean`);
    await runner.query(`
      create table route_answers (
        route_id uuid primary key,
        answer jsonb not null,
        asked_at timestamptz not null default now()
      )`);
    await runner.query(`create index route_answers_asked on route_answers (asked_at)`);
    await runner.query(`alter table calls add column waiting_since timestamptz, add column put_off_until timestamptz`);
    // Written once per call: an index on updated_at would cost every later update its short cut (HOT).
    await runner.query(`create index calls_first_seen on calls (first_seen_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index calls_first_seen');
    await runner.query('alter table calls drop column waiting_since, drop column put_off_until');
    await runner.query('drop table route_answers, pbx_sources');
    await runner.query('alter table portals drop column mirror_complete');
    await runner.query('alter table accounts drop column portal_id');
  }
}
