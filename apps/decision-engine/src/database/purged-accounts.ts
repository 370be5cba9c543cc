import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the calls and settings of a deleted account are gone as well (design.md, Life cycle). */
export class PurgedAccounts1764200000000 implements MigrationInterface {
  readonly name = 'PurgedAccounts1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table accounts add column purged boolean not null default false');
    await runner.query('create index accounts_to_purge on accounts (account_id) where deleted and not purged');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index accounts_to_purge');
    await runner.query('alter table accounts drop column purged');
  }
}
