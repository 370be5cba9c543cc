import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What keeps one portal from being asked does not keep its lane; a stop that writes meet outlasts the reads between them. */
export class UnreachedPortals1764230000000 implements MigrationInterface {
  name = 'UnreachedPortals1764230000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table portal rename column unmet_reason to unreached_reason`);
    await runner.query(`alter table portal rename column unmet_since to unreached_since`);
    await runner.query(`
      alter table portal
        -- a reading was answered after this stop; until a write is, it may still hold
        add column lifted_reason text,
        add column lifted_since timestamptz,
        add column lifted_count int not null default 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table portal drop column lifted_reason, drop column lifted_since, drop column lifted_count`,
    );
    await runner.query(`alter table portal rename column unreached_since to unmet_since`);
    await runner.query(`alter table portal rename column unreached_reason to unmet_reason`);
  }
}
