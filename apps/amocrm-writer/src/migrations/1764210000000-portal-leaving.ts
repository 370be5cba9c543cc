import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A portal that is deleted takes its hooks along; an account that was renamed tells where it is now. */
export class PortalLeaving1764210000000 implements MigrationInterface {
  name = 'PortalLeaving1764210000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table portal
        -- somebody waits for our hooks to be taken away
        add column leave_asked_at timestamptz,
        -- why they are still there; null: they are not, or nobody has asked
        add column leave_reason text,
        -- where amoCRM's token endpoint last found the account, if not at this portal's address
        add column moved_to text,
        add column moved_since timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table portal drop column leave_asked_at, drop column leave_reason, drop column moved_to, drop column moved_since`,
    );
  }
}
