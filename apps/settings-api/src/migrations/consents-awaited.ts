import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** People who were sent to amoCRM's consent page and have not come back. */
export class ConsentsAwaited1764100000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table consents_awaited (
        state_hash text primary key,
        browser_hash text not null,
        account_id text not null,
        portal_id uuid not null,
        actor json not null,
        begun_at timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table consents_awaited');
  }
}
