import { createRefusedOutboxTable, dropRefusedOutboxTable } from '@perezvon/postgres';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the relay puts what the broker will never take. */
export class RefusedOutbox1764180000000 implements MigrationInterface {
  name = 'RefusedOutbox1764180000000';

  async up(runner: QueryRunner): Promise<void> {
    await createRefusedOutboxTable(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropRefusedOutboxTable(runner);
  }
}
