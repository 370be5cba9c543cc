import { createOutboxTable, dropOutboxTable, type MigrationClass } from '@perezvon/postgres';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CallDocuments1764140000000 } from './call-documents.js';
import { PendingCreations1764250000000 } from './pending-creations.js';
import { PurgedAccounts1764200000000 } from './purged-accounts.js';
import { RefusedOutbox1764180000000 } from './refused-outbox.js';
import { RoutingAndTimes1764100000000 } from './routing-and-times.js';
import { SwitchedOff1764120000000 } from './switched-off.js';
import { UnsortedClients1764110000000 } from './unsorted-clients.js';

/** Calls, their aliases, the client directory, and what other services published about accounts and portals. */
class CallsAndDirectory1763900000000 implements MigrationInterface {
  readonly name = 'CallsAndDirectory1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table settings_versions (
        account_id text not null,
        version int not null,
        document jsonb not null,
        received_at timestamptz not null default now(),
        primary key (account_id, version)
      )`);
    await runner.query(`
      create table accounts (
        account_id text primary key,
        version int not null,
        active boolean not null,
        deleted boolean not null default false
      )`);
    await runner.query(`
      create table portals (
        portal_id uuid primary key,
        account_id text not null,
        lane text,
        document jsonb not null,
        received_at timestamptz not null default now()
      )`);
    await runner.query(`
      create table calls (
        call_id uuid primary key,
        account_id text not null,
        pbx_call_id text not null,
        settings_version int,
        portal_id uuid,
        phone text,
        facts jsonb,
        progress jsonb not null,
        state text not null,
        last_event_id text not null,
        wake_at timestamptz,
        first_seen_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      ) with (fillfactor = 70)`);
    await runner.query(`create index calls_wake_at on calls (wake_at) where wake_at is not null`);
    await runner.query(`create index calls_awaiting on calls (portal_id, phone)
      where state in ('awaiting_client', 'awaiting_portal')`);
    await runner.query(`create index calls_awaiting_settings on calls (account_id) where state = 'awaiting_settings'`);
    await runner.query(`
      create table call_aliases (
        alias_id uuid primary key,
        call_id uuid not null
      )`);
    await runner.query(`create index call_aliases_call on call_aliases (call_id)`);
    await runner.query(`
      create table clients (
        lane text not null,
        phone text not null,
        cards jsonb,
        as_of timestamptz,
        observed_at timestamptz,
        creating_call_id uuid,
        primary key (lane, phone)
      ) with (fillfactor = 80)`);
    await runner.query(
      `create index clients_creating on clients (creating_call_id) where creating_call_id is not null`,
    );
    await createOutboxTable(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOutboxTable(runner);
    await runner.query('drop table clients, call_aliases, calls, portals, accounts, settings_versions');
  }
}

/** All migrations of the schema, oldest first; only ever appended. */
export const migrations: readonly MigrationClass[] = [
  CallsAndDirectory1763900000000,
  RoutingAndTimes1764100000000,
  UnsortedClients1764110000000,
  SwitchedOff1764120000000,
  CallDocuments1764140000000,
  RefusedOutbox1764180000000,
  PurgedAccounts1764200000000,
  PendingCreations1764250000000,
];
