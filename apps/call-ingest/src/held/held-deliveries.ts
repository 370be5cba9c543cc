import { columns } from '@perezvon/postgres';
import { randomUUID } from 'node:crypto';
import { type DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { vendorDialects } from '../adapters/push-adapters.js';
import { type Delivery } from '../intake/delivery.js';
import { deterministicUuid } from '../intake/deterministic-uuid.js';

/** Why a delivery waits in Postgres: Kafka did not take it, or its account may yet become known. */
export type HeldReason = 'broker_away' | 'unknown_account';

/** How long an account may take to become known (design.md, Life cycle). */
export const UNKNOWN_ACCOUNT_WAIT_MS = 5 * 60_000;

export interface HeldDelivery {
  readonly id: string;
  readonly reason: HeldReason;
  readonly delivery: Delivery;
  /** The waiting for its account is over. */
  readonly isOverdue: boolean;
}

/**
 * Holds deliveries in their raw form until the relay takes them. Idempotent for Kafka messages: one position, one row.
 * @param dueInMs when the relay looks at them by itself
 */
export async function holdDeliveries(
  dataSource: DataSource,
  reason: HeldReason,
  deliveries: readonly { readonly delivery: Delivery; readonly accountId: string | null }[],
  dueInMs: number,
): Promise<void> {
  if (deliveries.length === 0) return;
  await dataSource.query(
    `insert into held_deliveries (id, reason, account_id, envelope, body, due_at)
     select id, $1, account_id, envelope, body, now() + make_interval(secs => $2::float8)
     from unnest($3::uuid[], $4::text[], $5::jsonb[], $6::bytea[]) as given (id, account_id, envelope, body)
     on conflict (id) do nothing`,
    [
      reason,
      dueInMs / 1000,
      ...columns(
        deliveries,
        ({ delivery }) => (delivery.door === 'kafka' ? deterministicUuid(delivery.position) : randomUUID()),
        ({ accountId }) => accountId,
        ({ delivery: { bytes: _, ...envelope } }) => JSON.stringify(envelope),
        ({ delivery }) => delivery.bytes,
      ),
    ],
  );
}

const heldRow = z.object({
  id: z.string(),
  reason: z.enum(['broker_away', 'unknown_account']),
  envelope: z.object({
    door: z.enum(['kafka', 'http']),
    dialect: z.enum(['canonical', ...vendorDialects]),
    query: z.string(),
    position: z.string(),
    sourceId: z.string().nullable(),
    cabinet: z
      .object({
        accountId: z.string(),
        instance: z.string().nullable(),
        timeZone: z.string(),
        fieldMap: z.record(z.string(), z.string()).optional(),
      })
      .nullable(),
    receivedAtMs: z.number(),
  }),
  body: z.instanceof(Buffer),
  isOverdue: z.boolean(),
});

/** Locks what is due, oldest first, past what other processes relay; uses `held_deliveries_due`. */
export async function lockDueDeliveries(tx: EntityManager, limit: number): Promise<HeldDelivery[]> {
  const rows: unknown = await tx.query(
    `select id, reason, envelope, body, held_at <= now() - make_interval(secs => $1::float8) as "isOverdue"
     from held_deliveries where due_at <= now() order by due_at limit $2 for update skip locked`,
    [UNKNOWN_ACCOUNT_WAIT_MS / 1000, limit],
  );
  return z
    .array(heldRow)
    .parse(rows)
    .map(({ envelope, body, ...row }) => ({ ...row, delivery: { ...envelope, bytes: body } }));
}

export async function deleteHeld(tx: EntityManager, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.query(`delete from held_deliveries where id = any($1::uuid[])`, [ids]);
}

/** Still unknown: looked at again when the account appears, at the latest when the wait is over. */
export async function keepHeld(tx: EntityManager, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update held_deliveries set due_at = greatest(held_at + make_interval(secs => $2::float8), now() + interval '1 s')
     where id = any($1::uuid[])`,
    [ids, UNKNOWN_ACCOUNT_WAIT_MS / 1000],
  );
}

/** Makes due what waited for accounts that are known by now; uses `held_deliveries_by_account`. */
export async function releaseKnownAccounts(dataSource: DataSource): Promise<void> {
  await dataSource.query(
    `update held_deliveries held set due_at = now() from account_settings account
     where held.reason = 'unknown_account' and held.due_at > now()
       and account.account_id = held.account_id and account.sources is not null`,
  );
}

export interface HeldCount {
  readonly count: number;
  readonly oldestSec: number;
  readonly oldestAt: string | null;
}

/** How many wait, and for how long the oldest has; of one account, or of all. */
export async function countHeld(dataSource: DataSource, accountId: string | null = null): Promise<HeldCount> {
  const rows: unknown = await dataSource.query(
    `select count(*)::int as count, min(held_at) as "oldestAt",
       coalesce(extract(epoch from now() - min(held_at)), 0)::float8 as "oldestSec"
     from held_deliveries where $1::text is null or account_id = $1`,
    [accountId],
  );
  const counted = z.object({ count: z.number(), oldestSec: z.number(), oldestAt: z.date().nullable() });
  const [row] = z.tuple([counted]).parse(rows);
  return { ...row, oldestAt: row.oldestAt?.toISOString() ?? null };
}
