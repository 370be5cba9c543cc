import type { MigrationInterface, QueryRunner } from 'typeorm';

/** amoCRM does not tell whether its duplicate control is on; a deal that it merged does (R1, R17). */
export class DuplicateControl1764160000000 implements MigrationInterface {
  name = 'DuplicateControl1764160000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table portal
        -- when a deal of ours was last merged into another one
        add column merged_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table portal drop column merged_at`);
  }
}
