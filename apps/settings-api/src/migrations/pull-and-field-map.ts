import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How a source's vendor is asked for lost calls, and under which names its cabinet sends the parameters. */
export class PullAndFieldMap1764100000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table pbx_sources add column pull json, add column field_map json');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table pbx_sources drop column pull, drop column field_map');
  }
}
