import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * One row per portal: either a long-lived token or an OAuth pair. Both ciphertexts of a pair are made with one key at one
 * time, so one `key_id` serves both. `refresh_started_at` is the intent that precedes a refresh: the refresh token works
 * once, and an answer may be lost after amoCRM used it (amocrm-api.md §1.3).
 */
export class PortalTokens1764000000000 implements MigrationInterface {
  readonly name = 'PortalTokens1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table credentials.portal_tokens (
        portal_id          uuid        primary key,
        account_id         text        not null check (account_id <> ''),
        kind               text        not null check (kind in ('long_lived', 'oauth')),
        key_id             text        not null,
        access_token       bytea       not null,
        access_expires_at  timestamptz,
        refresh_token      bytea,
        refresh_expires_at timestamptz,
        refresh_started_at timestamptz,
        api_domain         text,
        revision           bigint      not null default 1,
        updated_at         timestamptz not null default now(),
        check ((kind = 'oauth') = (refresh_token is not null))
      )`);
    await runner.query('create index portal_tokens_by_key on credentials.portal_tokens (key_id)');
    await runner.query('revoke all on schema credentials from public');
    await runner.query('revoke all on all tables in schema credentials from public');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table credentials.portal_tokens');
  }
}
