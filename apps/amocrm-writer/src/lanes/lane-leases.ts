import { inTransaction } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { LaneLease } from './lane-lease.js';
import type { PostgresClock } from './postgres-clock.js';
import { renewLeases } from './sql/renew-leases.js';
import { takeLanes } from './sql/take-lanes.js';
import { notifyWriters, wakeLanes } from './sql/wake-lanes.js';

export interface LeaseSettings {
  /** This process, for its lifetime. */
  readonly holder: string;
  readonly leaseMs: number;
  /** amoCRM must not see two holders in one window (design.md property 3). */
  readonly handOverMs: number;
}

/** How a turn ended, for the lane's next one. */
export interface TurnEnd {
  /** Some request was answered. */
  readonly worked: boolean;
  /** Leave the lane alone for so long; null = no need. */
  readonly pauseMs: number | null;
  /** Nothing could be done, whatever is due. */
  readonly wasIdle: boolean;
}

/** What is due and could not be done is not tried again at once. */
const idleMs = 1_000;

/** A lease is not used in its last part: the time for a request to travel from the check to the wire. */
const marginMs = (leaseMs: number): number => Math.min(500, leaseMs / 5);

/** All leases of this process. */
export class LaneLeases {
  private readonly held = new Map<string, LaneLease>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: PostgresClock,
    private readonly settings: LeaseSettings,
  ) {}

  get count(): number {
    return this.held.size;
  }

  /** Takes up to `limit` lanes that have something to do. */
  async take(limit: number): Promise<LaneLease[]> {
    const { holder, leaseMs, handOverMs } = this.settings;
    const askedAt = performance.now();
    const [rows] = await queryReturning<TakenLane>(this.dataSource, takeLanes, [holder, leaseMs, limit]);
    return rows.map((row) => {
      this.clock.learn(row.now, askedAt);
      const sinceOther = row.was_ours || row.last_held_at === null ? handOverMs : row.now - row.last_held_at;
      const lease = new LaneLease(
        { lane: row.lane, holder, epoch: row.epoch },
        row.failures,
        row.last_held_at ?? row.now,
        Math.max(0, handOverMs - sinceOther),
        this.deadline(askedAt),
      );
      this.held.set(row.lane, lease);
      return lease;
    });
  }

  /** Prolongs every lease; those that cannot be are lost. Call it at a third of the lease's length. */
  async renew(): Promise<void> {
    const leases = [...this.held.values()];
    if (leases.length === 0) return;
    const askedAt = performance.now();
    const [rows] = await queryReturning<RenewedLane>(this.dataSource, renewLeases, [
      this.settings.holder,
      this.settings.leaseMs,
      leases.map((lease) => lease.lane),
      leases.map((lease) => lease.fence.epoch),
    ]);
    const renewed = new Set(rows.map((row) => `${row.lane}|${row.epoch}`));
    for (const row of rows) this.clock.learn(row.now, askedAt);
    for (const lease of leases) {
      if (renewed.has(`${lease.lane}|${lease.fence.epoch}`)) lease.prolong(this.deadline(askedAt));
      // Released while the question was on its way: not lost.
      else if (this.held.get(lease.lane) === lease) lease.lose();
    }
  }

  /**
   * Gives a lane back and notes when it is next to be served. The lane is locked first and the due times are read
   * afterwards, so that work stored meanwhile is either seen here or wakes the lane itself.
   */
  async release(
    lease: LaneLease,
    { worked, pauseMs, wasIdle }: TurnEnd,
    /** How many the turn sent. */
    requests: number,
    nextAt: (tx: EntityManager) => Promise<number | null>,
  ): Promise<void> {
    this.held.delete(lease.lane);
    const { lane, holder, epoch } = lease.fence;
    await inTransaction(this.dataSource, async (tx) => {
      const own: unknown[] = await tx.query(
        `select 1 from lane where lane = $1 and holder = $2 and epoch = $3::bigint for update`,
        [lane, holder, epoch],
      );
      if (own.length === 0) return;
      const dueAt = await nextAt(tx);
      const wakeAt = dueAt === null || !wasIdle ? dueAt : Math.max(dueAt, this.clock.now() + idleMs);
      await tx.query(
        `update lane set lease_until = null, freed_at = clock_timestamp(), last_turn_at = clock_timestamp(),
                wake_at = to_timestamp($2::float8 / 1000),
                paused_until = clock_timestamp() + $3::float8 * interval '1 millisecond',
                failures = case when $3::float8 is not null then failures + 1 when $4 then 0 else failures end,
                minute_at = date_trunc('minute', clock_timestamp()),
                requests = $5::int + case when minute_at = date_trunc('minute', clock_timestamp()) then requests else 0 end,
                requests_before = case minute_at when date_trunc('minute', clock_timestamp()) then requests_before
                                    when date_trunc('minute', clock_timestamp()) - interval '1 minute' then requests
                                    else 0 end
          where lane = $1`,
        [lane, wakeAt, pauseMs, worked, requests],
      );
    });
  }

  private deadline(askedAt: number): number {
    const { leaseMs } = this.settings;
    return askedAt + leaseMs - marginMs(leaseMs);
  }
}

/** Wakes lanes inside the transaction that stored their work, and the writers when it commits. */
export async function wake(tx: EntityManager, lanes: readonly string[]): Promise<void> {
  if (lanes.length > 0) await tx.query(wakeLanes, [lanes]);
  await tx.query(notifyWriters);
}

interface TakenLane {
  lane: string;
  epoch: string;
  failures: number;
  was_ours: boolean;
  last_held_at: number | null;
  now: number;
}

interface RenewedLane {
  lane: string;
  epoch: string;
  now: number;
}

/** TypeORM answers an UPDATE with `[rows, count]`. */
async function queryReturning<Row>(
  dataSource: DataSource,
  sql: string,
  parameters: unknown[],
): Promise<[Row[], number]> {
  return dataSource.query<[Row[], number]>(sql, parameters);
}
