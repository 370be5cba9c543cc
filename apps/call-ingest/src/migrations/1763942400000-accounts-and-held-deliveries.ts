import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class AccountsAndHeldDeliveries1763942400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create sequence account_settings_revision`);
    await runner.query(`
      create table account_settings (
        account_id text primary key,
        version bigint not null,
        sources jsonb,
        revision bigint not null
      )`);
    await runner.query(`create unique index account_settings_by_revision on account_settings (revision)`);
    await runner.query(`
      create table held_deliveries (
        id uuid primary key,
        reason text not null check (reason in ('broker_away', 'unknown_account')),
        account_id text,
        envelope jsonb not null,
        body bytea not null,
        held_at timestamptz not null default now(),
        due_at timestamptz not null
      )`);
    await runner.query(`create index held_deliveries_due on held_deliveries (due_at)`);
    await runner.query(`
      create index held_deliveries_by_account on held_deliveries (account_id) where reason = 'unknown_account'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table held_deliveries, account_settings`);
    await runner.query(`drop sequence account_settings_revision`);
  }
}
