import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators look at: effects by their id and by account, and how many requests a lane sends. */
export class Operators1764110000000 implements MigrationInterface {
  name = 'Operators1764110000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create index effect_command on effect ((command->>'commandId'))`);
    await runner.query(
      `create index effect_unsettled on effect (account_id, seq)
        where state in ('waiting', 'sending', 'in_doubt', 'parked')`,
    );
    await runner.query(`
      alter table lane
        -- requests of the turns that ended in this minute, and in the one before it
        add column minute_at timestamptz,
        add column requests integer not null default 0,
        add column requests_before integer not null default 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table lane drop column minute_at, drop column requests, drop column requests_before`);
    await runner.query(`drop index effect_unsettled`);
    await runner.query(`drop index effect_command`);
  }
}
