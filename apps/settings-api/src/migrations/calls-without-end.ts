import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** When a decision warned that a talk's end never came (rules.md R4): few rows, so the status finds them by an index of its own. */
export class CallsWithoutEnd1764190000000 implements MigrationInterface {
  name = 'CallsWithoutEnd1764190000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table journal_calls add column without_end_at timestamptz');
    await runner.query(`create index journal_without_end on journal_calls (account_id, without_end_at)
                         where without_end_at is not null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table journal_calls drop column without_end_at');
  }
}
