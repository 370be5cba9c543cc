import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '@perezvon/postgres';
import type { AdvanceCalls } from './advance-calls.js';
import type { CallsToWake } from './calls-to-wake.js';
import type { WakeCalls } from './wake-calls.js';

/** How often due calls are looked for, and how many are taken at once. */
const POLL_MS = 1_000;
const BATCH = 500;
/** Missed news are rare and finding them reads all that waits: once in so many looks at an idle time. */
const LOOKS_BETWEEN_NEWS = 5;

export interface AlarmLogger {
  warn(fields: object, message: string): void;
}

/**
 * Wakes calls whose time has come (R3's settle delay, R4's silence and 24 hours, R9's wait for a recording), and calls
 * that missed the news they wait for. Times live in the rows, so they survive restarts and rebalances; several processes
 * share them, each taking what no other holds.
 *
 *     idle ──start──▶ looking ⇄ pausing ──stop──▶ stopped (the batch in hand is finished first)
 */
export class Alarm {
  private readonly stopping = new AbortController();
  private life: Promise<void> = Promise.resolve();

  constructor(
    private readonly callsToWake: CallsToWake,
    private readonly advanceCalls: AdvanceCalls,
    private readonly wakeCalls: WakeCalls,
    private readonly logger: AlarmLogger,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  start(): void {
    this.life = this.live();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.life;
  }

  private async live(): Promise<void> {
    const { signal } = this.stopping;
    for (let look = 0; !signal.aborted; look += 1) {
      const mayBeMore = await this.look(look % LOOKS_BETWEEN_NEWS === 0);
      if (!mayBeMore) await sleep(POLL_MS, undefined, { signal }).catch(() => undefined); // woken by stop()
    }
  }

  /** True when there may be more. A failure is the database's: the rows keep their time and are found again. */
  private async look(alsoForNews: boolean): Promise<boolean> {
    try {
      const taken = await this.wakeDue();
      if (alsoForNews) await this.wakeCalls.all(await this.callsToWake.missedNews(this.clock(), BATCH));
      return taken >= BATCH;
    } catch (error) {
      this.logger.warn({ err: error }, 'due calls could not be woken; tried again');
      return false;
    }
  }

  private async wakeDue(): Promise<number> {
    try {
      return await this.advanceCalls.due(BATCH);
    } catch (error) {
      if (isRetryable(error)) throw error;
      const due = await this.callsToWake.due(this.clock(), BATCH);
      await this.wakeCalls.oneByOne(due);
      return due.length;
    }
  }
}
