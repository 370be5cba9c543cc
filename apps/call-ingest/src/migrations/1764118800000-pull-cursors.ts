import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class PullCursors1764118800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table pull_cursors (
        source_id uuid primary key,
        finished_until timestamptz not null,
        due_at timestamptz not null default now(),
        lease uuid,
        leased_until timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table pull_cursors`);
  }
}
