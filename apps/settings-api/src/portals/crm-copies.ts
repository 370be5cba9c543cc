import { type Portal, portalSchema } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import { type DataSource, type EntityManager } from 'typeorm';

/** What `crm.portals.v1` last said of each portal of ours: pipelines, users, task types, and whether it takes writes. */
export class CrmCopies {
  constructor(private readonly dataSource: DataSource) {}

  async of(portalId: string, tx: Pick<EntityManager, 'query'> = this.dataSource): Promise<Portal | undefined> {
    const rows: { body: unknown }[] = await tx.query('select body from crm_copies where portal_id = $1', [portalId]);
    return rows[0] === undefined ? undefined : portalSchema.parse(rows[0].body);
  }

  /**
   * Stores the newest of each portal. A portal that is not ours, was deleted, or is another account's is left out: the
   * topic may be older than the deletion. Repeating it changes nothing.
   */
  async store(copies: readonly Portal[]): Promise<void> {
    const newest = [...new Map(copies.map((copy) => [copy.portalId, copy])).values()];
    if (newest.length === 0) return;
    await this.dataSource.query(
      `insert into crm_copies (portal_id, body)
       select copy.portal_id, copy.body
         from unnest($1::uuid[], $2::text[], $3::jsonb[]) as copy (portal_id, account_id, body)
         join portals on portals.portal_id = copy.portal_id
          and portals.account_id = copy.account_id and portals.deleted_at is null
       on conflict (portal_id) do update set body = excluded.body, received_at = now()`,
      columns(
        newest,
        (copy) => copy.portalId,
        (copy) => copy.accountId,
        (copy) => JSON.stringify(copy),
      ),
    );
  }

  async remove(portalIds: readonly string[]): Promise<void> {
    if (portalIds.length === 0) return;
    await this.dataSource.query('delete from crm_copies where portal_id = any($1::uuid[])', [portalIds]);
  }
}
