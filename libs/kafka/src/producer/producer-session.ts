import kafkajs, { type Message, type PartitionerArgs, type Producer } from 'kafkajs';
import { type Client, kafkajsRetry } from '../connection.js';
import { partitionOfKey } from './partition-of-key.js';

/**
 * One idempotent kafkajs producer: one producer id with its sequence numbers.
 *
 * Its numbers are only worth something while every request of a partition is repeated, unchanged, until it succeeds:
 * kafkajs takes the numbers of a failed request back, so if something else were sent after a request that failed but did
 * arrive, the broker would take it for the duplicate and drop it with a success. Hence one request per topic at a time
 * (TopicOutbox), and a session is retired as soon as one request is given up.
 *
 *   current ──retire()──▶ retired ──last user released──▶ disconnected
 */
export class ProducerSession {
  private readonly producer: Producer;
  private connecting: Promise<void> | undefined;
  private users = 0;
  private isRetired = false;

  constructor(private readonly client: Client) {
    this.producer = client.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: stickyPartitioner,
      retry: kafkajsRetry,
    });
  }

  /** Again after a failure. */
  connect(): Promise<void> {
    this.connecting ??= this.producer.connect().catch((error: unknown) => {
      this.connecting = undefined;
      throw error;
    });
    return this.connecting;
  }

  use(): void {
    this.users++;
  }

  async release(): Promise<void> {
    this.users--;
    if (this.isRetired && this.users === 0) await this.disconnect();
  }

  /** Disconnects when its last user, who calls this, has released it. */
  retire(): void {
    this.isRetired = true;
  }

  /** Resolves when all in-sync replicas have the messages. */
  async send(topic: string, messages: readonly Message[]): Promise<void> {
    await this.producer.send({ topic, messages: [...messages], acks: ALL_REPLICAS });
  }

  async disconnect(): Promise<void> {
    await this.producer.disconnect();
  }

  abandon(): void {
    this.client.abandon();
  }
}

const ALL_REPLICAS = -1;

/**
 * Kafka's own partitioning by key. A message without a key would get another partition with each attempt, and its number
 * there with it: it keeps the first one.
 */
function stickyPartitioner(): (args: PartitionerArgs) => number {
  const inTurns = kafkajs.Partitioners.DefaultPartitioner();
  const chosen = new WeakMap<Message, number>();
  return (args) => {
    const { message, partitionMetadata } = args;
    if (message.key !== null && message.key !== undefined) {
      return partitionOfKey(message.key, partitionMetadata.length);
    }
    const partition = chosen.get(message) ?? inTurns(args);
    chosen.set(message, partition);
    return partition;
  };
}
