import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class RejectedAndLastEvents1764115200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table rejected_events (
        rejected_id uuid primary key,
        account_id text,
        rejected_at timestamptz not null,
        message jsonb not null,
        replayed_at timestamptz
      )`);
    await runner.query(`
      create index rejected_events_of_account on rejected_events (account_id, rejected_at desc, rejected_id desc)`);
    await runner.query(`create index rejected_events_by_age on rejected_events (rejected_at)`);
    await runner.query(`
      create table last_events (
        account_id text not null,
        source text not null,
        instance text not null,
        type text not null,
        received_at timestamptz not null,
        primary key (account_id, source, instance, type)
      )`);
    await runner.query(`create index held_deliveries_of_account on held_deliveries (account_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index held_deliveries_of_account`);
    await runner.query(`drop table last_events, rejected_events`);
  }
}
