import type { Settings } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import { wake } from '../lanes/wake.js';
import { tellGone, tellPortals } from './portal-message.js';
import { mayProbeWithNewCredentials } from './portal-stop.js';
import { portalColumns, portalOf, type StoredPortal } from './portal.js';

/**
 * What settings.v1 says of an account and its portals; `PortalStore` owns what amoCRM said. Takes over a newer version of
 * them, inside the consumer's transaction; whoever commits it wakes the relay. What waits for a portal that is gone is
 * parked by housekeeping.
 */
export async function applySettings(tx: EntityManager, document: Settings): Promise<void> {
  const newer: unknown[] = await tx.query(
    `insert into account (account_id, version, is_active) values ($1, $2, $3)
     on conflict (account_id) do update set version = excluded.version, is_active = excluded.is_active, deleted_at = null
      where account.version < excluded.version or account.deleted_at is not null
     returning account_id`,
    [document.accountId, document.version, document.integration.active],
  );
  if (newer.length === 0) return;
  await tx.query(
    `insert into portal (portal_id, account_id, url, credentials_revision, check_at)
     select w.portal_id, $1, w.url, w.revision, clock_timestamp()
       from unnest($2::uuid[], $3::text[], $4::int[]) as w (portal_id, url, revision)
      order by w.portal_id
     on conflict (portal_id) do nothing`,
    [
      document.accountId,
      ...columns(
        document.portals,
        (p) => p.portalId,
        (p) => p.url,
        (p) => p.credentialsRevision,
      ),
    ],
  );
  await applyChanges(tx, document);
  const gone: [{ portal_id: string }[], number] = await tx.query(
    `update portal set deleted_at = clock_timestamp(), check_at = null
      where account_id = $1 and deleted_at is null and not portal_id = any($2::uuid[]) returning portal_id`,
    [document.accountId, document.portals.map((p) => p.portalId)],
  );
  await forget(
    tx,
    gone[0].map((row) => row.portal_id),
  );
  // Other settings may name what is there; what is still broken is met again.
  const mended: [StoredPortal[], number] = await tx.query(
    `update portal p set broken_rules = '[]' where p.account_id = $1 and p.broken_rules <> '[]' returning ${portalColumns}`,
    [document.accountId],
  );
  await tellPortals(tx, mended[0].map(portalOf));
  // Switched on again, or new credentials: whatever waits is due at once.
  await wake(tx, await lanesOfAccount(tx, document.accountId));
}

/** The account was deleted: its settings' tombstone. */
export async function applyDeletion(tx: EntityManager, accountId: string): Promise<void> {
  await tx.query(`update account set deleted_at = clock_timestamp(), is_active = false where account_id = $1`, [
    accountId,
  ]);
  const gone: [{ portal_id: string }[], number] = await tx.query(
    `update portal set deleted_at = clock_timestamp(), check_at = null
      where account_id = $1 and deleted_at is null returning portal_id`,
    [accountId],
  );
  await forget(
    tx,
    gone[0].map((row) => row.portal_id),
  );
}

/** A changed address or token, a missing one too, is looked at anew; one that came back is a portal again. */
async function applyChanges(tx: EntityManager, document: Settings): Promise<void> {
  for (const entry of document.portals) {
    const rows: StoredPortal[] = await tx.query(
      `select ${portalColumns} from portal p
        where p.portal_id = $1 and p.account_id = $2
          and (p.url <> $3 or p.credentials_revision is distinct from $4::int or p.deleted_at is not null)
          for update`,
      [entry.portalId, document.accountId, entry.url, entry.credentialsRevision],
    );
    const [changed] = rows.map(portalOf);
    if (changed === undefined) continue;
    const probeNow = changed.stop !== null && mayProbeWithNewCredentials(changed.stop.reason);
    await tx.query(
      `update portal
          set moved_to = case when url = $2 then moved_to end, moved_since = case when url = $2 then moved_since end,
              url = $2, credentials_revision = $3, deleted_at = null,
              check_at = clock_timestamp(), lifted_reason = null, lifted_since = null, lifted_count = 0,
              stop_until = case when $4 then clock_timestamp() else stop_until end
        where portal_id = $1`,
      [entry.portalId, entry.url, entry.credentialsRevision, probeNow],
    );
  }
}

async function forget(tx: EntityManager, portalIds: readonly string[]): Promise<void> {
  await tx.query(`delete from lookup where portal_id = any($1::uuid[])`, [portalIds]);
  await tellGone(tx, portalIds);
}

async function lanesOfAccount(tx: EntityManager, accountId: string): Promise<string[]> {
  const rows: { lane: string }[] = await tx.query(
    `select distinct lane from portal where account_id = $1 and lane is not null and deleted_at is null`,
    [accountId],
  );
  return rows.map((row) => row.lane);
}
