import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A question of a call that just happened is answered before those of a backlog. */
export class UrgentQuestions1764240000000 implements MigrationInterface {
  name = 'UrgentQuestions1764240000000';

  async up(runner: QueryRunner): Promise<void> {
    // Null: asked for by nobody's call.
    await runner.query(`alter table lookup add column caused_at timestamptz`);
    await runner.query(`create index lookup_urgent on lookup (lane, caused_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table lookup drop column caused_at`);
  }
}
