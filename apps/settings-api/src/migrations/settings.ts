import { createOutboxTable, dropOutboxTable } from '@perezvon/postgres';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Accounts and what belongs to them, the copy of what their portals have, and the outbox to Kafka. */
export class Settings1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A deleted account keeps its id and version: made again, its next version must still be higher.
    await runner.query(`
      create table accounts (
        account_id text primary key,
        name text not null,
        version bigint not null default 0,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        deleted_at timestamptz
      )`);
    // One row per kind of settings that is read and written as a whole; no row yet means its defaults at revision 0.
    await runner.query(`
      create table documents (
        account_id text not null references accounts,
        kind text not null check (kind in ('integration', 'employees', 'mapping')),
        revision integer not null,
        body jsonb not null,
        updated_at timestamptz not null default now(),
        primary key (account_id, kind)
      )`);
    // deleted_at: gone for everyone, but its token is still to be erased from the credentials' schema.
    await runner.query(`
      create table portals (
        portal_id uuid primary key,
        account_id text not null references accounts,
        name text,
        url text not null,
        credentials_revision integer,
        created_at timestamptz not null default now(),
        deleted_at timestamptz
      )`);
    await runner.query('create unique index portals_of_account on portals (account_id, url) where deleted_at is null');
    await runner.query('create index portals_to_erase on portals (deleted_at) where deleted_at is not null');
    await runner.query(`
      create table crm_copies (
        portal_id uuid primary key references portals on delete cascade,
        body jsonb not null,
        received_at timestamptz not null default now()
      )`);
    await runner.query(`
      create table pbx_sources (
        source_id uuid primary key,
        account_id text not null references accounts,
        kind text not null,
        instance text,
        time_zone text not null,
        settle_delay_sec integer not null,
        ring_limit_sec integer not null,
        route_fallback text not null,
        secret_hash text not null,
        created_at timestamptz not null default now()
      )`);
    await runner.query('create index pbx_sources_of_account on pbx_sources (account_id)');
    await runner.query(`
      create table api_keys (
        key_id uuid primary key,
        account_id text not null references accounts,
        name text not null,
        role text not null check (role in ('account_admin')),
        key_hash text not null unique,
        created_at timestamptz not null default now(),
        last_used_at timestamptz
      )`);
    await runner.query('create index api_keys_of_account on api_keys (account_id)');
    await createOutboxTable(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOutboxTable(runner);
    await runner.query('drop table api_keys, pbx_sources, crm_copies, portals, documents, accounts');
  }
}
