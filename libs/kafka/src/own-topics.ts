import { setTimeout as sleep } from 'node:timers/promises';
import { type KafkaConnection } from './connection.js';
import { type Logger } from './logger.js';
import { describeError } from './mask.js';
import { ensureTopics, type TopicSpec } from './topics.js';

const RETRY_EVERY_MS = 1_000;
/** How often a start waits for the broker before the service goes on without it. */
const FIRST_TRIES = 3;

/**
 * The topics that a service reads and writes, made when they are missing. A broker that is away does not keep the
 * service from starting: the trying goes on behind it, and readiness tells.
 *
 *   created ──start()──▶ trying ──all there──▶ done
 *                          └──stop()──▶ stopped
 */
export class OwnTopics {
  private readonly stopping = new AbortController();
  private background: Promise<void> | undefined;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly topics: readonly TopicSpec[],
    private readonly logger: Logger,
  ) {}

  /** Resolves when the topics are there, or when waiting longer would only delay the start. */
  async start(): Promise<void> {
    for (let tried = 0; tried < FIRST_TRIES; tried += 1) {
      if (await this.ensure()) return;
      await this.pause();
    }
    this.background = this.keepTrying();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.background;
  }

  private async keepTrying(): Promise<void> {
    while (!this.stopping.signal.aborted && !(await this.ensure())) await this.pause();
  }

  private async ensure(): Promise<boolean> {
    try {
      await ensureTopics(this.connection, this.topics);
      return true;
    } catch (error) {
      this.logger.warn({ error: describeError(error) }, 'the topics are not all there yet');
      return false;
    }
  }

  private async pause(): Promise<void> {
    await sleep(RETRY_EVERY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined); // woken by stop()
  }
}
