import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '@perezvon/postgres';
import type { AdvanceCalls } from './advance-calls.js';
import type { AwaitingCalls } from './awaiting-calls.js';

/** How often due calls are looked for, and how many are taken at once. */
const POLL_MS = 1_000;
const BATCH = 500;

export interface AlarmLogger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Wakes calls whose time has come (R3's settle delay, R9's wait for a recording), and calls that missed the news they
 * wait for. Times live in the rows, so they survive restarts and
 * rebalances; several processes may wake the same call, and the second finds nothing to do.
 *
 *     idle ──start──▶ looking ⇄ pausing ──stop──▶ stopped (the batch in hand is finished first)
 */
export class Alarm {
  private readonly stopping = new AbortController();
  private life: Promise<void> = Promise.resolve();

  constructor(
    private readonly awaiting: AwaitingCalls,
    private readonly advanceCalls: AdvanceCalls,
    private readonly logger: AlarmLogger,
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
    while (!signal.aborted) {
      if (!(await this.wakeDue())) await sleep(POLL_MS, undefined, { signal }).catch(() => undefined); // woken by stop()
    }
  }

  /** One call that cannot be advanced must not keep the others asleep: it is put off and named. */
  private async wake(callIds: readonly string[]): Promise<void> {
    try {
      await this.advanceCalls.again(callIds);
    } catch (error) {
      if (isRetryable(error)) throw error;
      const [only, ...others] = callIds;
      if (only === undefined) return;
      if (others.length > 0) {
        for (const callId of callIds) await this.wake([callId]);
        return;
      }
      await this.awaiting.putOff(only);
      this.logger.error({ callId: only, err: error }, 'a call cannot be advanced; tried again in an hour');
    }
  }

  /** True when there may be more. A failure is the database's: the rows keep their time and are found again. */
  private async wakeDue(): Promise<boolean> {
    try {
      const due = await this.awaiting.due(BATCH);
      await this.wake(due);
      return due.length >= BATCH;
    } catch (error) {
      this.logger.warn({ err: error }, 'due calls could not be woken; tried again');
      return false;
    }
  }
}
