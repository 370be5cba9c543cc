import { calls, pbxCallEvents, rejectedCallEvents, settings, topicSettings } from '@perezvon/contracts';
import { ensureTopics, type KafkaConnection } from '@perezvon/kafka';
import { type Logger } from '@perezvon/service';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_EVERY_MS = 1_000;
/** A broker that is there but still electing leaders is given this long before the service starts without it. */
const FIRST_TRIES = 3;

/**
 * Makes the topics that this service reads and writes, and keeps trying while the broker is away: that does not keep the
 * HTTP door shut, webhooks go to Postgres until it is back.
 *
 *   created ──start()──▶ trying ──all there──▶ done
 *                          └──stop()──▶ stopped
 */
export class OwnTopics {
  private readonly stopping = new AbortController();
  private background: Promise<void> | undefined;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly partitions: number,
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
    const messages = [pbxCallEvents, rejectedCallEvents, calls, settings];
    try {
      await ensureTopics(
        this.connection,
        messages.map((message) => topicSettings(message, this.partitions)),
      );
      return true;
    } catch (error) {
      this.logger.warn({ err: error }, 'the topics are not all there yet');
      return false;
    }
  }

  private async pause(): Promise<void> {
    await sleep(RETRY_EVERY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined); // woken by stop()
  }
}
