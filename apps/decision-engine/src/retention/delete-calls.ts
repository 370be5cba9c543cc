import type { DataSource } from 'typeorm';

/**
 * Deletes calls with the ids that they were known by, in one statement: no alias stays that would lead a late event to a row
 * that is gone. Index call_aliases_call.
 *
 * @param chosen SQL that gives `call_id` of the calls to delete and locks them; what is locked already is to be passed by
 * @returns how many calls went
 */
export async function deleteCalls(dataSource: DataSource, chosen: string, parameters: unknown[]): Promise<number> {
  const [row]: { count: number }[] = await dataSource.query(
    `with old as (${chosen}
     ), gone as (
       delete from calls c using old where c.call_id = old.call_id returning c.call_id
     ), aliases as (
       delete from call_aliases a using gone where a.call_id = gone.call_id
     )
     select count(*)::int as count from gone`,
    parameters,
  );
  return row?.count ?? 0;
}
