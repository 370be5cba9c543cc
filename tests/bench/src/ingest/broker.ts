import kafkajs, { Kafka, logLevel, Partitioners, type Admin } from 'kafkajs';
import { calls, pbxCallEvents, settings, type Settings, defaultIntegration } from '@perezvon/contracts';
import { ACCOUNT } from './input.js';

export const PARTITIONS = 6;

/** The broker as the benches use it: fill the input, begin a round, watch the output. */
export class BenchBroker {
  private constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
  ) {}

  static async connect(brokers: string): Promise<BenchBroker> {
    const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    return new BenchBroker(kafka, admin);
  }

  async disconnect(): Promise<void> {
    await this.admin.disconnect();
  }

  /** Input topic with the events, and the account that they belong to. */
  async fill(events: readonly Buffer[]): Promise<void> {
    await this.admin.createTopics({
      waitForLeaders: true,
      topics: [
        { topic: pbxCallEvents.topic, numPartitions: PARTITIONS },
        { topic: settings.topic, numPartitions: 1, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] },
      ],
    });
    const producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: settings.topic, messages: [{ key: ACCOUNT, value: JSON.stringify(account()) }] });
    for (let from = 0; from < events.length; from += 500) {
      const messages = events
        .slice(from, from + 500)
        .map((value, i) => ({ value, partition: (from + i) % PARTITIONS }));
      await producer.send({ topic: pbxCallEvents.topic, messages });
    }
    await producer.disconnect();
  }

  /** An empty output topic and groups that have read nothing. */
  async begin(output: string, groups: readonly string[]): Promise<void> {
    const known = new Set(await this.admin.listTopics());
    if (known.has(output)) await this.admin.deleteTopics({ topics: [output] });
    await this.until(async () => !(await this.admin.listTopics()).includes(output));
    await this.admin.createTopics({ waitForLeaders: true, topics: [{ topic: output, numPartitions: PARTITIONS }] });
    const existing = new Set((await this.admin.listGroups()).groups.map((group) => group.groupId));
    const old = groups.filter((group) => existing.has(group));
    if (old.length > 0) await this.until(() => this.deleted(old));
  }

  /** A group whose member was ended a moment ago is not empty until the broker misses it. */
  private async deleted(groups: string[]): Promise<boolean> {
    return this.admin.deleteGroups(groups).then(
      () => true,
      (error: unknown) => {
        if (error instanceof kafkajs.KafkaJSDeleteGroupsError) return false;
        throw error;
      },
    );
  }

  /** Resolves when the output holds `count` messages. */
  async produced(output: string, count: number): Promise<void> {
    await this.until(async () => (await this.size(output)) >= count);
  }

  private async size(topic: string): Promise<number> {
    const offsets = await this.admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, partition) => sum + Number(partition.high) - Number(partition.low), 0);
  }

  /** Messages per second between the first and the last message of the output, by the producers' own stamps. */
  async rate(output: string): Promise<number> {
    const count = await this.size(output);
    const consumer = this.kafka.consumer({ groupId: `rate-${String(Date.now())}` });
    await consumer.connect();
    await consumer.subscribe({ topic: output, fromBeginning: true });
    let seen = 0;
    let first = Infinity;
    let last = 0;
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachBatch: ({ batch }) => {
            for (const { timestamp } of batch.messages) {
              first = Math.min(first, Number(timestamp));
              last = Math.max(last, Number(timestamp));
            }
            seen += batch.messages.length;
            if (seen >= count) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return (count / Math.max(1, last - first)) * 1000;
  }

  private async until(isSo: () => Promise<boolean>): Promise<void> {
    const giveUpAt = Date.now() + 300_000;
    while (!(await isSo().catch(notYet))) {
      if (Date.now() > giveUpAt) throw new Error('the bench waited for five minutes in vain');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** A topic that was made a moment ago may not have its leaders yet: the broker's own word for "ask again". */
function notYet(error: unknown): false {
  if (error instanceof kafkajs.KafkaJSError && error.retriable) return false;
  throw error;
}

export const OUTPUT = { ours: calls.topic, bare: 'bench.bare.v1', nest: 'bench.nest.v1' } as const;

function account(): Settings {
  return {
    accountId: ACCOUNT,
    version: 1,
    updatedAt: new Date().toISOString(),
    name: 'Bench',
    integration: defaultIntegration(),
    portals: [],
    employees: [],
    mapping: [],
    sources: [],
  };
}
