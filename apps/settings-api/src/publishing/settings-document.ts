import { defaultIntegration, type Settings, settings } from '@perezvon/contracts';
import { type EntityManager } from 'typeorm';

interface PortalRow {
  portal_id: string;
  name: string | null;
  url: string;
  credentials_revision: number | null;
}

interface SourceRow {
  source_id: string;
  kind: string;
  instance: string | null;
  time_zone: string;
  settle_delay_sec: number;
  ring_limit_sec: number;
  route_fallback: string;
  secret_hash: string;
  pull: unknown;
  field_map: unknown;
}

/**
 * An account's whole `settings.v1` document as its rows are in this transaction. To publish it, hold the account's lock.
 *
 * @throws ContractViolation when the rows do not make a document that its readers would accept: nothing is saved then
 */
export async function settingsDocument(
  tx: Pick<EntityManager, 'query'>,
  account: { readonly accountId: string; readonly name: string; readonly version: number; readonly updatedAt: Date },
): Promise<Settings> {
  const { accountId, name, version, updatedAt } = account;
  const documents: { kind: string; body: unknown }[] = await tx.query(
    'select kind, body from documents where account_id = $1',
    [accountId],
  );
  const body = (kind: string): unknown => documents.find((each) => each.kind === kind)?.body;
  const portals: PortalRow[] = await tx.query(
    `select portal_id, name, url, credentials_revision from portals
      where account_id = $1 and deleted_at is null order by portal_id`,
    [accountId],
  );
  const sources: SourceRow[] = await tx.query('select * from pbx_sources where account_id = $1 order by source_id', [
    accountId,
  ]);
  return settings.parse({
    accountId,
    version,
    updatedAt: updatedAt.toISOString(),
    name,
    integration: body('integration') ?? defaultIntegration(),
    portals: portals.map((portal) => ({
      portalId: portal.portal_id,
      name: portal.name,
      url: portal.url,
      credentialsRevision: portal.credentials_revision,
    })),
    employees: body('employees') ?? [],
    mapping: body('mapping') ?? [],
    sources: sources.map((source) => ({
      sourceId: source.source_id,
      kind: source.kind,
      instance: source.instance,
      timeZone: source.time_zone,
      settleDelaySec: source.settle_delay_sec,
      ringLimitSec: source.ring_limit_sec,
      routeFallback: source.route_fallback,
      secretHash: source.secret_hash,
      pull: source.pull,
      fieldMap: source.field_map,
    })),
  });
}
