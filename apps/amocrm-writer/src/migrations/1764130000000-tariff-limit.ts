import type { MigrationInterface, QueryRunner } from 'typeorm';

/** R12: the tariff's limit of entities holds creations back, and nothing else. */
export class TariffLimit1764130000000 implements MigrationInterface {
  name = 'TariffLimit1764130000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table portal
        add column limited_since timestamptz,
        -- when one creation may find out whether the limit still holds
        add column creations_from timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table portal drop column limited_since, drop column creations_from`);
  }
}
