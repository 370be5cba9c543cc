import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin } from 'kafkajs';
import { type KafkaConnection } from '../../connection.js';
import { type Logger } from '../../logger.js';
import { type MessageContract } from '../../message.js';
import { type TopicSpec, ensureTopics } from '../../topics.js';

export interface Item {
  readonly id: string;
  readonly text?: string;
}

/** A message as a service would define it. */
export function itemContract(topic: string): MessageContract<Item> {
  return {
    topic,
    key: ({ id }) => id,
    parse: (value) => {
      if (typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string') {
        return { id: value.id };
      }
      throw new Error('id: must be a string');
    },
  };
}

export const silentLogger: Logger = { debug: noop, info: noop, warn: noop, error: noop };

function noop(): void {
  return undefined;
}

/** A logger for looking into a failing test: KAFKA_SPEC_LOG=1. */
export const specLogger: Logger =
  process.env['KAFKA_SPEC_LOG'] === undefined
    ? silentLogger
    : {
        debug: (fields, message) => write('debug', fields, message),
        info: (fields, message) => write('info', fields, message),
        warn: (fields, message) => write('warn', fields, message),
        error: (fields, message) => write('error', fields, message),
      };

function write(level: string, fields: object, message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${level} ${message} ${JSON.stringify(fields)}\n`);
}

/** The test's view of a broker, past our own library: what really stands in it. */
export class Cluster {
  readonly connection: KafkaConnection;
  private readonly client: kafkajs.Kafka;
  private readonly admin: Admin;
  private connecting: Promise<void> | undefined;

  constructor(brokers: string) {
    const list = brokers.split(',');
    this.connection = { brokers: list, clientId: 'spec' };
    this.client = new kafkajs.Kafka({ brokers: list, clientId: 'spec-view', logLevel: kafkajs.logLevel.NOTHING });
    this.admin = this.client.admin();
  }

  static fromEnvironment(): Cluster {
    const brokers = process.env['TEST_KAFKA_BROKERS'];
    if (brokers === undefined) throw new Error('TEST_KAFKA_BROKERS is not set');
    return new Cluster(brokers);
  }

  async createTopic(partitions = 1, spec: Partial<TopicSpec> = {}): Promise<string> {
    const topic = spec.topic ?? `spec-${randomUUID()}`;
    await ensureTopics(this.connection, [{ ...spec, topic, partitions }]);
    return topic;
  }

  /** Committed offset of each partition; -1 where none is. */
  async committed(groupId: string, topic: string): Promise<number[]> {
    return this.withAdmin(async (admin) => {
      const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const partitions = answer?.partitions ?? [];
      return [...partitions].sort((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset));
    });
  }

  /** Number of messages ever written to each partition. */
  async ends(topic: string): Promise<number[]> {
    return this.withAdmin(async (admin) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return [...offsets].sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
    });
  }

  /** Members of the group with the partitions they hold of a topic are not shown by kafkajs: their ids are. */
  async members(groupId: string): Promise<string[]> {
    return this.withAdmin(async (admin) => {
      const { groups } = await admin.describeGroups([groupId]);
      return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
    });
  }

  /** Writes values to one partition, keyed by themselves. */
  async produce(topic: string, partition: number, values: readonly string[]): Promise<void> {
    await this.send(
      topic,
      values.map((value) => ({ partition, key: value, value })),
    );
  }

  private async send(topic: string, messages: kafkajs.Message[]): Promise<void> {
    const producer = this.client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      await producer.send({ topic, messages });
    } finally {
      await producer.disconnect();
    }
  }

  async tombstone(topic: string, key: string): Promise<void> {
    await this.send(topic, [{ key, value: null }]);
  }

  /** All records of a topic, from the beginning to its present end. */
  async readAll(topic: string): Promise<kafkajs.KafkaMessage[]> {
    const total = (await this.ends(topic)).reduce((sum, end) => sum + end, 0);
    const records: kafkajs.KafkaMessage[] = [];
    if (total === 0) return records;
    const consumer = this.client.consumer({ groupId: `spec-reader-${randomUUID()}`, maxWaitTimeInMs: 50 });
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        consumer
          .run({
            eachBatch: ({ batch }) => {
              records.push(...batch.messages);
              if (records.length >= total) resolve();
              return Promise.resolve();
            },
          })
          .catch(reject);
      });
      return records;
    } finally {
      await consumer.disconnect();
    }
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }

  private async withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    this.connecting ??= this.admin.connect();
    await this.connecting;
    return work(this.admin);
  }
}
