import { type MigrationInterface, type QueryRunner } from 'typeorm';

const partitions = 16;

/**
 * The journal read model. One row per call, in partitions by account: a message names account and call and nothing else
 * for certain, and every search is inside one account, so each finds its row, or its index, in one partition
 * (docs/decisions/0030).
 */
export class Journal1764100000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // body is json, not jsonb: it is read and written as a whole, and keeps the order of its keys.
    await runner.query(`
      create table journal_calls (
        account_id text not null,
        call_id uuid not null,
        pbx_call_id text not null,
        started_at timestamptz not null,
        direction text not null,
        phone text,
        outcome text,
        state text not null,
        portal_id uuid,
        body json not null,
        primary key (account_id, call_id)
      ) partition by hash (account_id)`);
    for (let remainder = 0; remainder < partitions; remainder += 1) {
      await runner.query(`
        create table journal_calls_${remainder} partition of journal_calls
          for values with (modulus ${partitions}, remainder ${remainder})`);
    }
    await runner.query('create index journal_by_time on journal_calls (account_id, started_at, call_id)');
    await runner.query('create index journal_by_phone on journal_calls (account_id, phone, started_at, call_id)');
    await runner.query('create index journal_by_state on journal_calls (account_id, state, started_at, call_id)');
    await runner.query('create index journal_by_outcome on journal_calls (account_id, outcome, started_at, call_id)');
    await runner.query(`
      create table seen_employees (
        account_id text not null,
        employee_key text not null,
        body jsonb not null,
        seen_at timestamptz not null,
        primary key (account_id, employee_key)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table seen_employees, journal_calls');
  }
}
