import { type KafkaConnection } from './connection.js';
import { type DeadLetter, type DeadLetterSink, DeadLetterTopic, deadLetterMaxMessageBytes } from './dead-letter.js';
import { type Logger } from './logger.js';
import { KafkaProducer } from './producer/kafka-producer.js';
import { ensureTopics } from './topics.js';

const DELIVERY_TIMEOUT_MS = 30_000;
const FOREVER = -1;

/** A dead letter topic with a producer of its own, connected when the first message is parked, which is rarely. */
export class ConnectedDeadLetters implements DeadLetterSink {
  private readonly producer: KafkaProducer;
  private readonly letters: DeadLetterTopic;
  private isTopicThere = false;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly topic: string,
    logger: Logger,
  ) {
    this.producer = new KafkaProducer({ connection, logger, deliveryTimeoutMs: DELIVERY_TIMEOUT_MS });
    this.letters = new DeadLetterTopic(this.producer, topic);
  }

  async park(letters: readonly DeadLetter[]): Promise<void> {
    if (!this.isTopicThere) {
      const maxMessageBytes = deadLetterMaxMessageBytes;
      await ensureTopics(this.connection, [
        { topic: this.topic, partitions: 1, retentionMs: FOREVER, maxMessageBytes },
      ]);
      this.isTopicThere = true;
    }
    await this.letters.park(letters);
  }

  async disconnect(deadlineMs: number): Promise<void> {
    await this.producer.disconnect(deadlineMs);
  }
}
