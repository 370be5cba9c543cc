import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when an effect waits anew, by a person's word or a newer wish: its 30 days begin again. */
export class RetriedEffects1764220000000 implements MigrationInterface {
  name = 'RetriedEffects1764220000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table effect add column waits_since timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table effect drop column waits_since');
  }
}
