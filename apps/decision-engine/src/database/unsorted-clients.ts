import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Clients whose contact may hide in an unsorted record that nobody has accepted yet (R5). */
export class UnsortedClients1764110000000 implements MigrationInterface {
  readonly name = 'UnsortedClients1764110000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table clients add column has_unsorted boolean not null default false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table clients drop column has_unsorted');
  }
}
