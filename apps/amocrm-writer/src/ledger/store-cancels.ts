import type { CancelCommand } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import type { Ledger } from './ledger.js';

/** A call, as both kinds of command name it. */
type OfCall = Pick<CancelCommand, 'accountId' | 'callId'>;

/**
 * Keeps that these effects are not wanted (R15) and applies it to those that are stored already; an effect that arrives
 * after its cancelling is met by {@link applyCancels}. Storing one again changes nothing.
 */
export async function storeCancels(
  tx: EntityManager,
  ledger: Ledger,
  commands: readonly CancelCommand[],
  now: number,
): Promise<void> {
  const cancelled = commands.flatMap((command) => command.effects.map((effect) => ({ ...command, effect })));
  if (cancelled.length === 0) return;
  await tx.query(
    `insert into cancelled_effect (account_id, call_id, effect, in_favour_of)
     select * from unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[]) as c (account_id, call_id, effect, in_favour_of)
      order by c.account_id, c.call_id, c.effect
     on conflict do nothing`,
    columns(
      cancelled,
      (c) => c.accountId,
      (c) => c.callId,
      (c) => c.effect,
      (c) => c.inFavourOf,
    ),
  );
  await applyCancels(tx, ledger, commands, now);
}

/** Indexes: both primary keys' (account_id, call_id, effect). */
export async function applyCancels(
  tx: EntityManager,
  ledger: Ledger,
  calls: readonly OfCall[],
  now: number,
): Promise<void> {
  const rows: { seq: string; in_favour_of: string }[] = await tx.query(
    `select distinct e.seq::text, c.in_favour_of
       from unnest($1::text[], $2::uuid[]) as w (account_id, call_id)
       join cancelled_effect c on c.account_id = w.account_id and c.call_id = w.call_id
       join effect e on e.account_id = c.account_id and e.call_id = c.call_id and e.effect = c.effect
      where e.cancelled_for is null`,
    columns(
      calls,
      (c) => c.accountId,
      (c) => c.callId,
    ),
  );
  await ledger.cancel(
    tx,
    rows.map((row) => ({ seq: row.seq, inFavourOf: row.in_favour_of })),
    now,
  );
}
