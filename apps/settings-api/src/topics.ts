import { portals, settings, topicSettings } from '@perezvon/contracts';
import { ensureTopics, type KafkaConnection } from '@perezvon/kafka';
import { type Logger } from '@perezvon/service';

/** The topics that this service reads and writes, made if they are missing; asked for again until it worked once. */
export class Topics {
  private isReady = false;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly logger: Logger,
  ) {}

  /** @throws the broker's error */
  async ensure(): Promise<void> {
    if (this.isReady) return;
    await ensureTopics(this.connection, [topicSettings(settings), topicSettings(portals)]);
    this.isReady = true;
  }

  /** For the start: without Kafka the service still takes settings, which wait in the outbox. */
  async ensureIfPossible(): Promise<void> {
    try {
      await this.ensure();
    } catch (error) {
      this.logger.warn({ err: error }, 'topics could not be made sure of, tried again with the first publishing');
    }
  }
}
