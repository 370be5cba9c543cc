import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How a call's documents lie in its row. They are read and written whole, by every batch that has an event of the call:
 *
 * - as `json`, whose text Postgres only checks, where `jsonb` is built and taken apart again;
 * - in the row itself up to half a page: usually they are 2 to 3 KB, just enough that Postgres compressed both each time
 *   and moved the larger one to another table.
 *
 * Rewrites the table. A service of the version before may go on: it writes `jsonb`, which is cast.
 */
export class CallDocuments1764140000000 implements MigrationInterface {
  readonly name = 'CallDocuments1764140000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table calls set (toast_tuple_target = 4080)');
    await runner.query(`
      alter table calls
        alter column facts type json using facts::json,
        alter column progress type json using progress::json`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table calls reset (toast_tuple_target)');
    await runner.query(`
      alter table calls
        alter column facts type jsonb using facts::jsonb,
        alter column progress type jsonb using progress::jsonb`);
  }
}
