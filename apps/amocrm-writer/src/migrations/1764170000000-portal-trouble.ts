import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the operator is told of a portal that works badly: how it was stopped, what puts requests off, what broke. */
export class PortalTrouble1764170000000 implements MigrationInterface {
  name = 'PortalTrouble1764170000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table portal
        add column stop_cause text,
        -- while the account is not met, so that there is no lane to pause: why it could not be asked
        add column unmet_reason text,
        add column unmet_since timestamptz,
        -- R12, as met at the moment of writing: [{ruleId, code, params, since}]
        add column broken_rules jsonb not null default '[]'`);
    await runner.query(`
      alter table lane
        -- of the turns that failed in a row: see failures
        add column pause_reason text,
        add column paused_since timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table lane drop column pause_reason, drop column paused_since`);
    await runner.query(`alter table portal drop column stop_cause, drop column unmet_reason, drop column unmet_since,
         drop column broken_rules`);
  }
}
