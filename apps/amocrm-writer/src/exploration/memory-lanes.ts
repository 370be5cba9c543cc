import type { Fence } from '../ledger/ledger.js';
import type { TakenLane, TurnEnd } from '../lanes/lane-leases.js';

export interface MemoryLane {
  holder: string | null;
  epoch: number;
  leaseUntil: number | null;
  freedAt: number | null;
  wakeAt: number | null;
  pausedUntil: number | null;
  lastTurnAt: number;
  failures: number;
}

/** As `PostgresLeases`. */
const idleMs = 1_000;

/** The lanes' rows and their leases, by the clock of the memory: every method is one transaction. */
export class MemoryLanes {
  readonly rows = new Map<string, MemoryLane>();
  /** When the lane next has something to do; set once the ledger is there. */
  nextAt: (lane: string) => number | null = () => null;

  constructor(private readonly now: () => number) {}

  add(lane: string): void {
    this.rows.set(lane, {
      holder: null,
      epoch: 0,
      leaseUntil: null,
      freedAt: null,
      wakeAt: null,
      pausedUntil: null,
      lastTurnAt: 0,
      failures: 0,
    });
  }

  wake(lane: string | null): void {
    const row = lane === null ? undefined : this.rows.get(lane);
    if (row !== undefined) row.wakeAt = Math.min(row.wakeAt ?? this.now(), this.now());
  }

  isHeld({ lane, holder, epoch }: Fence): boolean {
    const row = this.rows.get(lane);
    return row?.holder === holder && row.epoch === Number(epoch) && (row.leaseUntil ?? 0) > this.now();
  }

  free(): string[] {
    const now = this.now();
    return [...this.rows]
      .filter(([, { wakeAt, leaseUntil, pausedUntil }]) => {
        return wakeAt !== null && wakeAt <= now && (leaseUntil ?? 0) <= now && (pausedUntil ?? 0) <= now;
      })
      .sort(([, a], [, b]) => a.lastTurnAt - b.lastTurnAt)
      .map(([lane]) => lane);
  }

  take(holder: string, leaseMs: number, limit: number): TakenLane[] {
    const now = this.now();
    return this.free()
      .slice(0, limit)
      .flatMap((lane): TakenLane[] => {
        const row = this.rows.get(lane);
        if (row === undefined) return [];
        const wasOurs = row.holder === holder;
        const held = [row.leaseUntil, row.freedAt].filter((at) => at !== null);
        const lastHeldAt = held.length === 0 ? null : Math.max(...held);
        Object.assign(row, { holder, epoch: row.epoch + 1, leaseUntil: now + leaseMs, lastTurnAt: now });
        return [{ lane, epoch: String(row.epoch), failures: row.failures, wasOurs, lastHeldAt, now }];
      });
  }

  renew(leaseMs: number, fences: readonly Fence[]): { lane: string; epoch: string; now: number }[] {
    const now = this.now();
    return fences.flatMap((fence) => {
      const row = this.rows.get(fence.lane);
      if (row === undefined || !this.isHeld(fence)) return [];
      row.leaseUntil = now + leaseMs;
      return [{ lane: fence.lane, epoch: fence.epoch, now }];
    });
  }

  release({ lane, holder, epoch }: Fence, { worked, pause, wasIdle }: TurnEnd): void {
    const row = this.rows.get(lane);
    if (row?.holder !== holder || row.epoch !== Number(epoch)) return;
    const now = this.now();
    const dueAt = this.nextAt(lane);
    row.leaseUntil = null;
    row.freedAt = now;
    row.lastTurnAt = now;
    row.wakeAt = dueAt !== null && wasIdle ? Math.max(dueAt, now + idleMs) : dueAt;
    row.pausedUntil = pause === null ? null : now + pause.ms;
    if (pause !== null) row.failures += 1;
    else if (worked) row.failures = 0;
  }
}
