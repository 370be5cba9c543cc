import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How long an account wants its calls kept; null: as long as the platform keeps them. */
export class JournalRetention1764190000001 implements MigrationInterface {
  name = 'JournalRetention1764190000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table accounts add column journal_retention_days integer');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table accounts drop column journal_retention_days');
  }
}
