import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Several calls may have promised one client's contact, and each is settled by itself (R5). The column for a single one
 * stays for processes of the version before; a later migration drops it.
 */
export class PendingCreations1764250000000 implements MigrationInterface {
  readonly name = 'PendingCreations1764250000000';

  async up(runner: QueryRunner): Promise<void> {
    // Null = none: so the index holds only clients of whom one is pending.
    await runner.query('alter table clients add column creating_call_ids uuid[]');
    await runner.query(
      'update clients set creating_call_ids = array[creating_call_id] where creating_call_id is not null',
    );
    await runner.query(
      `create index clients_creations on clients using gin (creating_call_ids) where creating_call_ids is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table clients drop column creating_call_ids');
  }
}
