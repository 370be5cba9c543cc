import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who changed what, and the documents that can be taken back. */
export class Audit1764100000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit (
        revision bigint generated always as identity primary key,
        account_id text not null references accounts,
        at timestamptz not null default now(),
        actor_kind text not null,
        actor_id uuid,
        actor_name text not null,
        change text not null,
        subject text,
        version bigint,
        differences json not null,
        differences_untold integer not null,
        restorable json not null
      )`);
    await runner.query('create index audit_of_account on audit (account_id, revision)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit');
  }
}
