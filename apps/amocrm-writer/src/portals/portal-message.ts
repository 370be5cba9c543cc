import { portals, type Portal as PortalMessage } from '@perezvon/contracts';
import { Outbox, type OutboxRecord } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import type { PortalRow } from './portal.js';

const outbox = new Outbox();

/** Owes crm.portals.v1 these portals. Whoever commits `tx` wakes the relay. */
export async function tellPortals(tx: EntityManager, rows: readonly PortalRow[]): Promise<void> {
  await outbox.append(tx, rows.map(messageOf));
}

/** Owes crm.portals.v1 the tombstones of portals that are gone. */
export async function tellGone(tx: EntityManager, portalIds: readonly string[]): Promise<void> {
  await outbox.append(
    tx,
    portalIds.map((portalId) => ({ topic: portals.topic, key: portalId, value: null })),
  );
}

/** crm.portals.v1 of a portal as it now stands. */
function messageOf(portal: PortalRow): OutboxRecord {
  const { directory, stop } = portal;
  const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  const message: PortalMessage = {
    portalId: portal.portalId,
    accountId: portal.accountId,
    lane: portal.lane,
    readAt: at(portal.directoryReadAt),
    stop: stop && {
      reason: stop.reason,
      since: new Date(stop.since).toISOString(),
      until: at(stop.until),
      cause: stop.cause,
    },
    pipelines: directory?.pipelines ?? [],
    users: directory?.users ?? [],
    taskTypes: directory?.taskTypes ?? [],
    isUnsortedOn: directory?.isUnsortedOn,
    mirror: portal.mirror && {
      isComplete: true,
      completeBackTo: at(portal.mirror.from),
      asOf: at(portal.mirror.asOf),
    },
    warnings: warningsOf(portal),
    brokenRules: [...portal.brokenRules],
  };
  return { topic: portals.topic, key: portals.key(message), value: JSON.stringify(portals.parse(message)) };
}

function warningsOf({ limit, mergedAt, webhookRefusedAt }: PortalRow): PortalMessage['warnings'] {
  const since = (ms: number) => new Date(ms).toISOString();
  return [
    ...(limit === null ? [] : [{ code: 'tariff_limit' as const, since: since(limit.since) }]),
    ...(mergedAt === null ? [] : [{ code: 'duplicate_control_on' as const, since: since(mergedAt) }]),
    ...(webhookRefusedAt === null ? [] : [{ code: 'webhooks_not_available' as const, since: since(webhookRefusedAt) }]),
  ];
}
