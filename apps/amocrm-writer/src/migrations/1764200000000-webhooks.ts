import type { MigrationInterface, QueryRunner } from 'typeorm';

/** amoCRM tells of changes by hooks that we register: only ever a reason to read, never what is believed. */
export class Webhooks1764200000000 implements MigrationInterface {
  name = 'Webhooks1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table portal
        -- part of the address that amoCRM calls; who knows it can only make us read
        add column webhook_secret text,
        add column webhook_checked_at timestamptz,
        -- amoCRM refused the subscription: no such right, or a tariff without hooks
        add column webhook_refused_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table portal drop column webhook_secret, drop column webhook_checked_at, drop column webhook_refused_at`);
  }
}
