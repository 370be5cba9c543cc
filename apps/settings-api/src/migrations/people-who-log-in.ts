import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Users, their sessions, the throttle of logins, and keys for every role of an account. */
export class PeopleWhoLogIn1764100000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table users (
        user_id uuid primary key,
        account_id text references accounts,
        login text not null unique,
        name text not null,
        role text not null check (role in ('platform_admin', 'account_admin', 'operator', 'viewer')),
        password_hash text not null,
        is_disabled boolean not null default false,
        created_at timestamptz not null default now(),
        last_login_at timestamptz,
        check ((account_id is null) = (role = 'platform_admin'))
      )`);
    await runner.query('create index users_of_account on users (account_id)');
    await runner.query(`
      create table sessions (
        token_hash text primary key,
        user_id uuid not null references users on delete cascade,
        created_at timestamptz not null default now(),
        seen_at timestamptz not null default now()
      )`);
    await runner.query('create index sessions_of_user on sessions (user_id)');
    await runner.query(`
      create table login_attempts (
        kind text not null,
        subject text not null,
        attempts integer not null,
        window_ends_at timestamptz not null,
        primary key (kind, subject)
      )`);
    await runner.query('alter table api_keys drop constraint api_keys_role_check');
    await runner.query(`
      alter table api_keys add constraint api_keys_role_check check (role in ('account_admin', 'operator', 'viewer'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from api_keys where role <> 'account_admin'`);
    await runner.query('alter table api_keys drop constraint api_keys_role_check');
    await runner.query(`alter table api_keys add constraint api_keys_role_check check (role in ('account_admin'))`);
    await runner.query('drop table login_attempts, sessions, users');
  }
}
