import { type PbxSource, settingsSchema } from '@perezvon/contracts';
import { columns, inTransaction } from '@perezvon/postgres';
import { type DataSource } from 'typeorm';
import { z } from 'zod';

/** What ingest keeps of an account's settings; null sources: the account was deleted. */
export interface AccountVersion {
  readonly accountId: string;
  readonly version: number;
  readonly sources: readonly PbxSource[] | null;
}

/**
 * Stores settings that are newer than the stored ones. Writers take turns by the advisory lock, so that revisions become
 * visible in their order: a reader that has seen one has seen all before it.
 */
export async function upsertAccounts(dataSource: DataSource, accounts: readonly AccountVersion[]): Promise<void> {
  if (accounts.length === 0) return;
  await inTransaction(dataSource, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtext('call_ingest.account_settings'))`);
    await tx.query(
      `insert into account_settings as stored (account_id, version, sources, revision)
       select account_id, version, sources, nextval('account_settings_revision')
       from unnest($1::text[], $2::bigint[], $3::jsonb[]) as given (account_id, version, sources)
       on conflict (account_id) do update
         set version = excluded.version, sources = excluded.sources, revision = excluded.revision
         where excluded.sources is null or excluded.version >= stored.version`,
      columns(
        accounts,
        (a) => a.accountId,
        (a) => a.version,
        (a) => (a.sources === null ? null : JSON.stringify(a.sources)),
      ),
    );
  });
}

const changedAccount = z.object({
  accountId: z.string(),
  sources: settingsSchema.shape.sources.nullable(),
  revision: z.string(),
});

/** In the order of their revision; uses `account_settings_by_revision`. */
export async function selectChangedAccounts(
  dataSource: DataSource,
  afterRevision: string,
): Promise<z.infer<typeof changedAccount>[]> {
  const rows: unknown = await dataSource.query(
    `select account_id as "accountId", sources, revision::text as revision
     from account_settings where revision > $1::bigint order by account_settings.revision`,
    [afterRevision],
  );
  return z.array(changedAccount).parse(rows);
}
