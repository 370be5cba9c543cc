import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What each call has made in amoCRM stands beside its account, so that the totals of a day are counted without reading the
 * accounts of its calls. The previous version leaves the column alone; a call that it wrote counts when it is told of again.
 */
export class JournalMade1764180000001 implements MigrationInterface {
  name = 'JournalMade1764180000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table journal_calls add column made text[] not null default '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table journal_calls drop column made');
  }
}
