import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Apart from the cursor, which is the vendor's time, the row keeps when it was asked, which is ours. Cursors until now
 * followed our clock: they go back by as much as clocks may be apart, for what they have passed over.
 */
export class PullCursorsByTheVendorsClock1764291600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table pull_cursors
        add column asked_until timestamptz not null default now(),
        add column told_by_vendor boolean not null default false`);
    await runner.query(`
      update pull_cursors set asked_until = finished_until, finished_until = finished_until - interval '26 hours'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table pull_cursors drop column asked_until, drop column told_by_vendor`);
  }
}
