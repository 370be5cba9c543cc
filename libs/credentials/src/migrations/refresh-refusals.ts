import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Why a pair cannot be renewed any more. It counts for the revision that it names only: whoever stores another token need
 * not know of these columns.
 */
export class RefreshRefusals1764100000000 implements MigrationInterface {
  readonly name = 'RefreshRefusals1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table credentials.portal_tokens
        add column refused_revision bigint,
        add column refused_at       timestamptz,
        add column refusal          text check (refusal in ('revoked', 'answer_lost'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table credentials.portal_tokens
        drop column refused_revision, drop column refused_at, drop column refusal`);
  }
}
