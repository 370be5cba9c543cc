import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An operator's test of a connection is made by whoever serves the lane, in its budget. */
export class ConnectionTest1764140000000 implements MigrationInterface {
  name = 'ConnectionTest1764140000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table portal
        -- not null while it waits to be made
        add column test_asked_at timestamptz,
        -- what the last one found, as libs/contracts has it
        add column test jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table portal drop column test_asked_at, drop column test`);
  }
}
