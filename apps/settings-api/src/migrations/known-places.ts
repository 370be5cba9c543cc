import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * How often a password may still be tried, and from where each person has logged in. In place of login_attempts, in which
 * processes of the previous version count every login: it is dropped once no version that does can run beside (decision 0073).
 */
export class KnownPlaces1764200000000 implements MigrationInterface {
  name = 'KnownPlaces1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table login_tries (
        kind text not null,
        subject text not null,
        spent_until timestamptz not null,
        is_refused boolean not null,
        primary key (kind, subject)
      )`);
    await runner.query('create index login_tries_by_end on login_tries (spent_until)');
    await runner.query(`
      create table known_places (
        user_id uuid not null references users on delete cascade,
        kind text not null check (kind in ('device', 'address')),
        subject text not null,
        seen_at timestamptz not null default now(),
        primary key (user_id, kind, subject)
      )`);
    await runner.query(`create index known_devices on known_places (subject) where kind = 'device'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table known_places, login_tries');
  }
}
