import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Effects go out in company: how large a one each may be in, and which of them are of calls that just happened. */
export class Batches1764100000000 implements MigrationInterface {
  name = 'Batches1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table effect
        -- when the event that caused it happened: calls that just happened go first
        add column caused_at timestamptz not null default clock_timestamp(),
        -- after a batch was refused without a word about whom it is taken apart: at most so many together
        add column batch_max integer not null default 50,
        -- what the rules said at the moment of writing
        add column reasons jsonb not null default '[]',
        -- the older call that this one turned out to be
        add column cancelled_for uuid`);
    await runner.query(`
      create table cancelled_effect (
        account_id text not null,
        call_id uuid not null,
        effect text not null,
        in_favour_of uuid not null,
        primary key (account_id, call_id, effect)
      )`);
    await runner.query(`
      update effect set caused_at = (command->>'causedAt')::timestamptz, batch_max = case when is_alone then 1 else 50 end`);
    await runner.query(`alter table effect drop column is_alone`);
    await runner.query(`create index effect_live on effect (lane, caused_at) where state = 'waiting'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table cancelled_effect`);
    await runner.query(`drop index effect_live`);
    await runner.query(`alter table effect add column is_alone boolean not null default false`);
    await runner.query(`update effect set is_alone = batch_max = 1`);
    await runner.query(`alter table effect drop column batch_max, drop column caused_at, drop column reasons,
         drop column cancelled_for`);
  }
}
