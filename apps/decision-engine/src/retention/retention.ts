import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { AlarmLogger } from '../calls/alarm.js';
import { expire } from './expire.js';
import { purgeDeletedAccounts } from './purge-accounts.js';

const EVERY_MS = 3_600_000;
/** Small enough that nobody waits for it noticeably, and that vacuum keeps up. */
const BATCH = 1_000;
const BETWEEN_BATCHES_MS = 200;

/**
 * Deletes what is older than its retention, and what deleted accounts leave behind, in small batches; every engine may do
 * so at once.
 *
 *     idle ──start──▶ deleting ⇄ pausing (an hour; after a full batch, a moment) ──stop──▶ stopped
 */
export class Retention {
  private readonly stopping = new AbortController();
  private life: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Pick<AlarmLogger, 'warn'>,
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
      const mayBeMore = await this.oneBatch();
      await sleep(mayBeMore ? BETWEEN_BATCHES_MS : EVERY_MS, undefined, { signal }).catch(() => undefined); // woken by stop()
    }
  }

  private async oneBatch(): Promise<boolean> {
    try {
      const purged = await purgeDeletedAccounts(this.dataSource, BATCH);
      return (await expire(this.dataSource, BATCH)) + purged >= BATCH;
    } catch (error) {
      this.logger.warn({ err: error }, 'what is too old could not be deleted; tried again in an hour');
      return false;
    }
  }
}
