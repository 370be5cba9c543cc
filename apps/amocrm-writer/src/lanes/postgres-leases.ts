import { inTransaction } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import type { Fence } from '../ledger/ledger.js';
import type { LeaseStore, TakenLane, TurnEnd } from './lane-leases.js';
import { renewLeases } from './sql/renew-leases.js';
import { takeLanes } from './sql/take-lanes.js';

/** What is due and could not be done is not tried again at once. */
const idleMs = 1_000;

export class PostgresLeases implements LeaseStore {
  constructor(
    private readonly dataSource: DataSource,
    /** When the lane next has something to do, Unix milliseconds; null = nothing foreseen. */
    private readonly nextAt: (tx: EntityManager, lane: string) => Promise<number | null>,
  ) {}

  async take(holder: string, leaseMs: number, limit: number): Promise<TakenLane[]> {
    const rows = await this.returning<TakenRow>(takeLanes, [holder, leaseMs, limit]);
    return rows.map(({ was_ours: wasOurs, last_held_at: lastHeldAt, ...row }) => ({ ...row, wasOurs, lastHeldAt }));
  }

  renew(holder: string, leaseMs: number, fences: readonly Fence[]): Promise<RenewedRow[]> {
    const [lanes, epochs] = [fences.map(({ lane }) => lane), fences.map(({ epoch }) => epoch)];
    return this.returning<RenewedRow>(renewLeases, [holder, leaseMs, lanes, epochs]);
  }

  /**
   * The lane is locked first and the due times are read afterwards, so that work stored meanwhile is either seen here or
   * wakes the lane itself.
   */
  async release(
    { lane, holder, epoch }: Fence,
    { worked, pause, wasIdle, requests }: TurnEnd & { readonly requests: number },
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const own: unknown[] = await tx.query(
        `select 1 from lane where lane = $1 and holder = $2 and epoch = $3::bigint for update`,
        [lane, holder, epoch],
      );
      if (own.length === 0) return;
      const dueAt = await this.nextAt(tx, lane);
      await tx.query(
        `update lane set lease_until = null, freed_at = clock_timestamp(), last_turn_at = clock_timestamp(),
                wake_at = case when $6 then greatest(to_timestamp($2::float8 / 1000),
                                                     clock_timestamp() + $7::float8 * interval '1 millisecond')
                               else to_timestamp($2::float8 / 1000) end,
                paused_until = clock_timestamp() + $3::float8 * interval '1 millisecond',
                failures = case when $3::float8 is not null then failures + 1 when $4 then 0 else failures end,
                pause_reason = coalesce($8, pause_reason),
                paused_since = case when $3::float8 is not null and failures = 0 then clock_timestamp() else paused_since end,
                minute_at = date_trunc('minute', clock_timestamp()),
                requests = $5::int + case when minute_at = date_trunc('minute', clock_timestamp()) then requests else 0 end,
                requests_before = case minute_at when date_trunc('minute', clock_timestamp()) then requests_before
                                    when date_trunc('minute', clock_timestamp()) - interval '1 minute' then requests
                                    else 0 end
          where lane = $1`,
        [lane, dueAt, pause?.ms ?? null, worked, requests, wasIdle && dueAt !== null, idleMs, pause?.reason ?? null],
      );
    });
  }

  /** TypeORM answers an UPDATE with `[rows, count]`. */
  private async returning<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    const [rows] = await this.dataSource.query<[Row[], number]>(sql, parameters);
    return rows;
  }
}

interface TakenRow {
  lane: string;
  epoch: string;
  failures: number;
  was_ours: boolean;
  last_held_at: number | null;
  now: number;
}

interface RenewedRow {
  lane: string;
  epoch: string;
  now: number;
}
