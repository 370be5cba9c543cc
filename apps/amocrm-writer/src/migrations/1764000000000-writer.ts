import { createOutboxTable, dropOutboxTable } from '@perezvon/postgres';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts and portals as settings.v1 tells them, lanes, the effects ledger, lookups, and what we know of clients. */
export class Writer1764000000000 implements MigrationInterface {
  name = 'Writer1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTable(runner);

    await runner.query(`
      create table account (
        account_id text primary key,
        version integer not null,
        -- R11: while it is off, what was decided waits
        is_active boolean not null,
        deleted_at timestamptz
      )`);

    await runner.query(`
      create table portal (
        portal_id uuid primary key,
        account_id text not null references account,
        url text not null,
        credentials_revision integer,
        -- null until GET /account was answered once
        lane text,
        stop_reason text,
        stop_since timestamptz,
        -- when one probe may be made; null = only new credentials help
        stop_until timestamptz,
        stop_count integer not null default 0,
        -- pipelines, users, task types as crm.portals.v1 has them, and whether paid filters are on
        directory jsonb,
        directory_read_at timestamptz,
        -- a read is owed from here on; null = none
        check_at timestamptz,
        -- of a portal without a lane: who checks it now
        checked_until timestamptz,
        deleted_at timestamptz
      )`);
    await runner.query(`create index portal_lane on portal (lane)`);
    await runner.query(`create index portal_laneless on portal (check_at) where lane is null and deleted_at is null`);

    await runner.query(`
      create table lane (
        lane text primary key,
        holder text,
        -- grows with every new holder: rows in 'sending' of an older one are in doubt
        epoch bigint not null default 0,
        lease_until timestamptz,
        freed_at timestamptz,
        last_turn_at timestamptz not null default clock_timestamp(),
        -- when there is something to do; null = idle
        wake_at timestamptz,
        paused_until timestamptz,
        failures integer not null default 0
      )`);
    await runner.query(`create index lane_wake on lane (wake_at) where wake_at is not null`);

    await runner.query(`
      create table lane_high_water (
        lane text not null,
        entity text not null,
        max_id bigint not null,
        primary key (lane, entity)
      )`);
    await runner.query(`
      create table lane_marker_field (
        lane text not null,
        entity text not null,
        -- false while its creation was tried and not seen yet
        is_present boolean not null,
        tried_at timestamptz not null,
        primary key (lane, entity)
      )`);

    await runner.query(`
      create table effect (
        seq bigint generated always as identity primary key,
        account_id text not null,
        call_id uuid not null,
        effect text not null,
        portal_id uuid not null,
        -- null until the portal's lane is known
        lane text,
        phone text,
        after_effects text[] not null,
        -- the newest wish, and its revision
        command jsonb not null,
        revision integer not null,
        state text not null check (state in ('waiting','sending','in_doubt','done','skipped','parked','discarded')),
        reason text,
        -- amoCRM's own words, digits masked
        detail text,
        -- waiting: not before; in_doubt: the next look
        next_at timestamptz not null,
        -- effect of the same call whose parking holds this one
        blocked_by text,
        attempts integer not null default 0,
        epoch bigint,
        sent_at timestamptz,
        settled_from timestamptz,
        looks integer not null default 0,
        marker text not null,
        -- what the last request was, for looks and for updates of the same note
        sent jsonb,
        -- after a refused batch: not in company again
        is_alone boolean not null default false,
        -- a refused id made us read the portal anew once
        is_refreshed boolean not null default false,
        entities jsonb not null default '[]',
        -- the entity our write made; tells notes with one uniq apart
        amocrm_id bigint,
        existed boolean not null default false,
        rule_ids text[] not null default '{}',
        -- state and reason last told on crm.results.v1
        reported text,
        created_at timestamptz not null default clock_timestamp(),
        updated_at timestamptz not null default clock_timestamp(),
        unique (account_id, call_id, effect)
      )`);
    await runner.query(`create index effect_waiting on effect (lane, seq) where state = 'waiting'`);
    await runner.query(
      `create index effect_client on effect (portal_id, phone, seq)
        where state in ('waiting', 'sending', 'in_doubt') and blocked_by is null and phone is not null`,
    );
    await runner.query(`create index effect_sending on effect (lane) where state = 'sending'`);
    await runner.query(`create index effect_in_doubt on effect (lane, next_at) where state = 'in_doubt'`);
    await runner.query(`create index effect_laneless on effect (portal_id) where lane is null`);
    await runner.query(`create index effect_open on effect (portal_id) where state in ('waiting', 'in_doubt')`);
    await runner.query(`create index effect_parked on effect (portal_id) where state = 'parked'`);
    await runner.query(`create index effect_made on effect (lane, effect, amocrm_id) where amocrm_id is not null`);
    // Two accounts may share one amoCRM: their calls from one new number must not make two contacts at once.
    await runner.query(
      `create unique index effect_one_contact on effect (lane, phone)
        where effect = 'contact' and state in ('sending', 'in_doubt')`,
    );

    await runner.query(`
      create table lookup (
        account_id text not null,
        portal_id uuid not null,
        phone text not null,
        lane text,
        -- grows when it is asked again while being answered
        asked integer not null default 1,
        requested_at timestamptz not null,
        next_at timestamptz not null default clock_timestamp(),
        primary key (account_id, portal_id, phone)
      )`);
    await runner.query(`create index lookup_due on lookup (lane, next_at)`);
    await runner.query(`
      create table client (
        lane text not null,
        phone text not null,
        -- as last published on crm.clients.v1
        as_of timestamptz not null,
        primary key (lane, phone)
      )`);
    await runner.query(`
      create table own_card (
        lane text not null,
        phone text not null,
        type text not null,
        card_id bigint not null,
        primary key (lane, phone, type, card_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'own_card',
      'client',
      'lookup',
      'effect',
      'lane_marker_field',
      'lane_high_water',
      'lane',
      'portal',
      'account',
    ]) {
      await runner.query(`drop table ${table}`);
    }
    await dropOutboxTable(runner);
  }
}
