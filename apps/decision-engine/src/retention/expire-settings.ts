import type { DataSource } from 'typeorm';

/**
 * A settings version that was replaced longer ago than a call is kept is needed by those calls alone that still get news:
 * they have an index of their own (calls_first_seen), and they are few. The newest version has no successor and stays.
 */
const EXPIRE_VERSIONS = `
  with old as (
    select s.account_id, s.version
      from settings_versions s
     where exists (select 1 from settings_versions n
                    where n.account_id = s.account_id and n.version > s.version
                      and n.received_at < now() - make_interval(days => $1))
       and not exists (select 1 from calls c
                        where c.first_seen_at < now() - make_interval(days => $1 - 1)
                          and c.account_id = s.account_id and c.settings_version = s.version)
     limit $2
  ), gone as (
    delete from settings_versions s using old where s.account_id = old.account_id and s.version = old.version returning 1
  )
  select count(*)::int as count from gone`;

/** @returns how many versions went, at most `limit` */
export async function expireSettings(dataSource: DataSource, days: number, limit: number): Promise<number> {
  const [row]: { count: number }[] = await dataSource.query(EXPIRE_VERSIONS, [days, limit]);
  return row?.count ?? 0;
}
