import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A lane's copy of its clients and their deals, as far as it was read. */
export class Mirror1764120000000 implements MigrationInterface {
  name = 'Mirror1764120000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table mirror (
        lane text primary key,
        -- every contact and company is in it: a phone that is not is nobody's
        is_complete boolean not null default false,
        -- amoCRM's clock, Unix seconds: everything that changed before is in it
        contacts_until bigint,
        companies_until bigint,
        leads_until bigint,
        events_until bigint,
        -- Postgres's clock: when it was last brought up to date, and when it was found too large to be read at once
        read_at timestamptz,
        too_large_at timestamptz
      )`);
    await runner.query(`
      create table mirror_card (
        lane text not null,
        type text not null,
        card_id bigint not null,
        name text not null,
        responsible_user_id bigint,
        updated_at bigint not null,
        phones text[] not null,
        -- national digits of each phone, for the search
        phone_keys text[] not null,
        lead_ids bigint[] not null,
        primary key (lane, type, card_id)
      )`);
    await runner.query(`create index mirror_card_phone on mirror_card using gin (phone_keys)`);
    await runner.query(`
      create table mirror_lead (
        lane text not null,
        lead_id bigint not null,
        pipeline_id bigint,
        status_id bigint,
        updated_at bigint not null,
        contact_ids bigint[] not null,
        company_ids bigint[] not null,
        primary key (lane, lead_id)
      )`);
    await runner.query(`create index mirror_lead_contact on mirror_lead using gin (contact_ids)`);
    await runner.query(`create index mirror_lead_company on mirror_lead using gin (company_ids)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['mirror_lead', 'mirror_card', 'mirror']) await runner.query(`drop table ${table}`);
  }
}
