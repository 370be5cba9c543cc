import type { Clock } from '@perezvon/amocrm';
import type { Fence } from '../ledger/ledger.js';
import { LaneLease } from './lane-lease.js';
import type { PostgresClock } from './postgres-clock.js';

export interface LeaseSettings {
  /** This process, for its lifetime. */
  readonly holder: string;
  readonly leaseMs: number;
  /** amoCRM must not see two holders in one window (design.md property 3). */
  readonly handOverMs: number;
}

/** The lane is left alone for a while. */
export interface LanePause {
  readonly ms: number;
  /** A code of libs/amocrm's error table, or `writer_failed`. */
  readonly reason: string;
}

/** How a turn ended, for the lane's next one. */
export interface TurnEnd {
  /** Some request was answered. */
  readonly worked: boolean;
  /** null = no need. */
  readonly pause: LanePause | null;
  /** Nothing could be done, whatever is due. */
  readonly wasIdle: boolean;
}

/** A lane that was just taken. Times in Unix milliseconds, by the store's clock. */
export interface TakenLane {
  readonly lane: string;
  readonly epoch: string;
  /** Turns in a row that ended in a failure. */
  readonly failures: number;
  /** The holder before was the same process. */
  readonly wasOurs: boolean;
  /** Until when the holder before may have sent; null = there was none. */
  readonly lastHeldAt: number | null;
  readonly now: number;
}

/** Where leases are kept: one holder at a time, a new epoch with each, expiry by the store's own clock. */
export interface LeaseStore {
  /** Takes lanes that have something to do and nobody to do it, those whose last turn is longest ago first. */
  take(holder: string, leaseMs: number, limit: number): Promise<TakenLane[]>;
  /** Prolongs leases that have not run out. @returns those it did */
  renew(
    holder: string,
    leaseMs: number,
    fences: readonly Fence[],
  ): Promise<{ readonly lane: string; readonly epoch: string; readonly now: number }[]>;
  /** Gives a lane back, if it is still held under this fence, and notes when it is next to be served. */
  release(fence: Fence, end: TurnEnd & { readonly requests: number }): Promise<void>;
}

/** A lease is not used in its last part: the time for a request to travel from the check to the wire. */
const marginMs = (leaseMs: number): number => Math.min(500, leaseMs / 5);

/** All leases of this process. */
export class LaneLeases {
  private readonly held = new Map<string, LaneLease>();

  constructor(
    private readonly store: LeaseStore,
    private readonly clock: PostgresClock,
    private readonly monotonic: Clock,
    private readonly settings: LeaseSettings,
  ) {}

  get count(): number {
    return this.held.size;
  }

  /** Takes up to `limit` lanes that have something to do. */
  async take(limit: number): Promise<LaneLease[]> {
    const { holder, leaseMs, handOverMs } = this.settings;
    const askedAt = this.monotonic.now();
    const taken = await this.store.take(holder, leaseMs, limit);
    return taken.map(({ lane, epoch, failures, wasOurs, lastHeldAt, now }) => {
      this.clock.learn(now, askedAt);
      const sinceOther = wasOurs || lastHeldAt === null ? handOverMs : now - lastHeldAt;
      const lease = new LaneLease(
        { lane, holder, epoch },
        failures,
        lastHeldAt ?? now,
        Math.max(0, handOverMs - sinceOther),
        this.monotonic,
        this.deadline(askedAt),
      );
      this.held.set(lane, lease);
      return lease;
    });
  }

  /** Prolongs every lease; those that cannot be are lost. Call it at a third of the lease's length. */
  async renew(): Promise<void> {
    const leases = [...this.held.values()];
    if (leases.length === 0) return;
    const { holder, leaseMs } = this.settings;
    const askedAt = this.monotonic.now();
    const rows = await this.store.renew(
      holder,
      leaseMs,
      leases.map(({ fence }) => fence),
    );
    const renewed = new Set(rows.map((row) => `${row.lane}|${row.epoch}`));
    for (const row of rows) this.clock.learn(row.now, askedAt);
    for (const lease of leases) {
      if (renewed.has(`${lease.lane}|${lease.fence.epoch}`)) lease.prolong(this.deadline(askedAt));
      // Released while the question was on its way: not lost.
      else if (this.held.get(lease.lane) === lease) lease.lose();
    }
  }

  /** @param requests how many the turn sent */
  async release(lease: LaneLease, end: TurnEnd, requests: number): Promise<void> {
    // One that was lost ends late: the lane may be ours again, under a newer epoch that has to be renewed.
    if (this.held.get(lease.lane) === lease) this.held.delete(lease.lane);
    await this.store.release(lease.fence, { ...end, requests });
  }

  private deadline(askedAt: number): number {
    const { leaseMs } = this.settings;
    return askedAt + leaseMs - marginMs(leaseMs);
  }
}
