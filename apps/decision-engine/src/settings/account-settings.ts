import { settings, type Portal, type Settings } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import type { Mirror } from '../directory/client-directory.js';

/** What settings-api and amocrm-writer published about accounts and portals, kept by version (rules.md R3). */

export interface AccountNow {
  readonly version: number;
  readonly active: boolean;
  /** The newest version in which the integration was off; null: there was none. */
  readonly lastOffVersion: number | null;
}

/**
 * R3: does the integration still count for a call of this settings version? Switching off ends the planning of the calls
 * there are, also of those that nothing happens to until it is on again; switching on counts for later calls.
 */
export const isActiveFor = (account: AccountNow | undefined, settingsVersion: number): boolean =>
  account?.active === true && (account.lastOffVersion === null || settingsVersion > account.lastOffVersion);

const STORE_VERSIONS = `
  insert into settings_versions (account_id, version, document)
  select * from unnest($1::text[], $2::int[], $3::jsonb[])
  on conflict do nothing`;

/**
 * A replayed older document never overrules a newer one. A switch-off counts also when the same batch holds the version
 * that switched on again. Answers with the accounts that moved.
 */
const MOVE_ACCOUNTS = `
  insert into accounts as a (account_id, version, active, portal_id, last_off_version)
  select distinct on (account_id) account_id, version, active, portal_id,
         max(version) filter (where not active) over (partition by account_id)
    from unnest($1::text[], $2::int[], $3::boolean[], $4::uuid[]) as n (account_id, version, active, portal_id)
   order by account_id, version desc
  on conflict (account_id) do update
     set version = excluded.version, active = excluded.active, portal_id = excluded.portal_id, deleted = false, purged = false,
         last_off_version = greatest(a.last_off_version, excluded.last_off_version)
   where a.version < excluded.version
  returning a.account_id, a.version`;

export async function storeSettings(tx: EntityManager, documents: readonly Settings[]): Promise<void> {
  if (documents.length === 0) return;
  const ids = columns(
    documents,
    (d) => d.accountId,
    (d) => d.version,
  );
  await tx.query(STORE_VERSIONS, [...ids, documents.map((d) => JSON.stringify(d))]);
  const moved: { account_id: string; version: number }[] = await tx.query(MOVE_ACCOUNTS, [
    ...ids,
    ...columns(
      documents,
      (d) => d.integration.active,
      (d) => d.integration.portalId,
    ),
  ]);
  const current = new Map(moved.map((row) => [row.account_id, row.version]));
  await storeSources(
    tx,
    documents.filter((d) => current.get(d.accountId) === d.version),
  );
}

/** An account's sources are those of its newest version. A source belongs to one account: ids are UUIDs that we made. */
async function storeSources(tx: EntityManager, documents: readonly Settings[]): Promise<void> {
  if (documents.length === 0) return;
  await tx.query('delete from pbx_sources where account_id = any($1::text[])', [documents.map((d) => d.accountId)]);
  const sources = documents.flatMap(({ accountId, sources: own }) => own.map((source) => ({ accountId, source })));
  await tx.query(
    `insert into pbx_sources (source_id, account_id, document)
     select * from unnest($1::uuid[], $2::text[], $3::jsonb[])
     on conflict do nothing`,
    columns(
      sources,
      (s) => s.source.sourceId,
      (s) => s.accountId,
      (s) => JSON.stringify(s.source),
    ),
  );
}

/** A deleted account plans nothing any more; its calls and settings go next (retention/purge-accounts.ts). */
export async function deleteAccounts(tx: EntityManager, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.query(
    'update accounts set deleted = true, active = false, last_off_version = version where account_id = any($1::text[])',
    [accountIds],
  );
  await tx.query('delete from pbx_sources where account_id = any($1::text[])', [accountIds]);
}

export async function accountsNow(tx: EntityManager, accountIds: readonly string[]): Promise<Map<string, AccountNow>> {
  const rows: { account_id: string; version: number; active: boolean; last_off_version: number | null }[] =
    await tx.query(
      `select account_id, version, active, last_off_version from accounts
        where account_id = any($1::text[]) and not deleted`,
      [accountIds],
    );
  return new Map(
    rows.map(({ account_id, version, active, last_off_version: lastOffVersion }) => [
      account_id,
      { version, active, lastOffVersion },
    ]),
  );
}

export interface VersionKey {
  readonly accountId: string;
  readonly version: number;
}

export async function settingsOf(tx: EntityManager, keys: readonly VersionKey[]): Promise<Map<string, Settings>> {
  const rows: { document: unknown }[] = await tx.query(
    `select distinct s.account_id, s.version, s.document
       from settings_versions s
       join unnest($1::text[], $2::int[]) as k (account_id, version) using (account_id, version)`,
    columns(
      keys,
      (k) => k.accountId,
      (k) => k.version,
    ),
  );
  return new Map(
    rows.map(({ document }) => {
      const parsed = settings.parse(document);
      return [versionKey(parsed), parsed];
    }),
  );
}

export const versionKey = ({ accountId, version }: VersionKey) => `${accountId}|${version}`;

const STORE_PORTALS = `
  insert into portals (portal_id, account_id, lane, document, mirror_complete)
  select distinct on (portal_id) portal_id, account_id, lane, document, mirror_complete
    from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::boolean[]) with ordinality
      as n (portal_id, account_id, lane, document, mirror_complete, place)
   order by portal_id, place desc
  on conflict (portal_id) do update
     set lane = coalesce(excluded.lane, portals.lane), document = excluded.document,
         mirror_complete = excluded.mirror_complete, received_at = clock_timestamp()`;

export async function storePortals(tx: EntityManager, documents: readonly Portal[]): Promise<void> {
  if (documents.length === 0) return;
  await tx.query(
    STORE_PORTALS,
    columns(
      documents,
      (d) => d.portalId,
      (d) => d.accountId,
      (d) => d.lane,
      (d) => JSON.stringify(d),
      (d) => d.mirror?.isComplete ?? null,
    ),
  );
}

/** Where a portal's calls go, and how far its clients are known there. */
export interface LaneOfPortal {
  readonly lane: string;
  readonly mirror: Mirror;
}

export async function lanesOf(tx: EntityManager, portalIds: readonly string[]): Promise<Map<string, LaneOfPortal>> {
  const rows: { portal_id: string; lane: string; mirror_complete: boolean | null }[] = await tx.query(
    'select portal_id, lane, mirror_complete from portals where portal_id = any($1::uuid[]) and lane is not null',
    [portalIds],
  );
  return new Map(rows.map((row) => [row.portal_id, { lane: row.lane, mirror: mirrorOf(row.mirror_complete) }]));
}

function mirrorOf(isComplete: boolean | null): Mirror {
  if (isComplete === null) return 'none';
  return isComplete ? 'complete' : 'incomplete';
}
