import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an account's integration was last switched off: calls of that time stay ended if it is switched on again (R3). */
export class SwitchedOff1764120000000 implements MigrationInterface {
  readonly name = 'SwitchedOff1764120000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table accounts add column last_off_version int');
    await runner.query(`
      update accounts a
         set last_off_version = (
           select max(s.version) from settings_versions s
            where s.account_id = a.account_id and not (s.document #>> '{integration,active}')::boolean
         )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table accounts drop column last_off_version');
  }
}
