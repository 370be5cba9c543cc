import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A lane's copy is read in the background, page by page, and its clients are told once it is complete. */
export class BackgroundRead1764180000000 implements MigrationInterface {
  name = 'BackgroundRead1764180000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table mirror
        -- the list that the first read is at; null = it is through
        add column list text check (list in ('leads', 'companies', 'contacts', 'changes')),
        add column page integer not null default 1,
        -- pages before this one have been read with nothing deleted meanwhile
        add column sure_page integer not null default 1,
        -- amoCRM's clock, Unix seconds: deals that have not changed since are not in it; null = all are
        add column leads_from bigint,
        -- clients of cards up to this one have been told
        add column told_type text,
        add column told_id bigint,
        -- then those of whom something had been told before, up to this phone
        add column told_phone text,
        -- every client has been told: an unknown phone is nobody's
        add column told_at timestamptz,
        -- the next page, or the next increment by itself
        add column next_at timestamptz not null default clock_timestamp(),
        -- amoCRM says that something has changed: read when this is younger than read_at
        add column hinted_at timestamptz`);
    // What had been found too large to be read at once is read from its beginning.
    await runner.query(`delete from mirror where not is_complete`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from mirror where not is_complete`);
    await runner.query(`
      alter table mirror drop column list, drop column page, drop column sure_page, drop column leads_from,
        drop column told_type, drop column told_id, drop column told_phone, drop column told_at, drop column next_at, drop column hinted_at`);
  }
}
