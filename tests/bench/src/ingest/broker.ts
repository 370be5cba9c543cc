import kafkajs, { Kafka, logLevel, Partitioners, type Admin, type Producer } from 'kafkajs';
import {
  calls,
  defaultIntegration,
  pbxCallEvents,
  portals,
  settings,
  type Portal,
  type Settings,
} from '@perezvon/contracts';
import { ACCOUNT } from './input.js';

export const PARTITIONS = 6;

/** The broker as the benches use it: fill the input, begin a round, watch the output. */
export class BenchBroker {
  private constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly producer: Producer,
  ) {}

  static async connect(brokers: string): Promise<BenchBroker> {
    const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await Promise.all([admin.connect(), producer.connect()]);
    return new BenchBroker(kafka, admin, producer);
  }

  async disconnect(): Promise<void> {
    await Promise.all([this.admin.disconnect(), this.producer.disconnect()]);
  }

  /** Input topic with the events, and the account that they belong to. */
  async fill(events: readonly Buffer[], owner: Settings = account(), portal?: Portal): Promise<void> {
    const compacted = { numPartitions: 1, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] };
    await this.admin.createTopics({
      waitForLeaders: true,
      topics: [
        { topic: pbxCallEvents.topic, numPartitions: PARTITIONS },
        { topic: settings.topic, ...compacted },
        { topic: portals.topic, ...compacted },
      ],
    });
    await this.producer.send({ topic: settings.topic, messages: [{ key: ACCOUNT, value: JSON.stringify(owner) }] });
    if (portal) {
      const messages = [{ key: portal.portalId, value: JSON.stringify(portal) }];
      await this.producer.send({ topic: portals.topic, messages });
    }
    await this.produce(events);
  }

  /** More events of the PBX, spread over the partitions. */
  async produce(events: readonly Buffer[]): Promise<void> {
    for (let from = 0; from < events.length; from += 500) {
      const messages = events.slice(from, from + 500).map((value, i) => ({ value, partition: i % PARTITIONS }));
      await this.producer.send({ topic: pbxCallEvents.topic, messages });
    }
  }

  /** Empty output topics and groups that have read nothing. */
  async begin(outputs: readonly string[], groups: readonly string[]): Promise<void> {
    const known = new Set(await this.admin.listTopics());
    const old = outputs.filter((output) => known.has(output));
    if (old.length > 0) await this.admin.deleteTopics({ topics: old });
    await this.until(async () => !(await this.admin.listTopics()).some((topic) => outputs.includes(topic)));
    // A topic that was just deleted may still be half known to the broker: asked again until it has its leaders.
    await this.until(async () => {
      await this.admin.createTopics({
        waitForLeaders: true,
        topics: outputs.map((topic) => ({ topic, numPartitions: PARTITIONS })),
      });
      return true;
    });
    await this.forget(groups);
  }

  private async forget(groups: readonly string[]): Promise<void> {
    const existing = new Set((await this.admin.listGroups()).groups.map((group) => group.groupId));
    const old = groups.filter((group) => existing.has(group));
    if (old.length > 0) await this.until(() => this.deleted(old));
  }

  /** Resolves when the group has a member that consumes. */
  async joined(groupId: string): Promise<void> {
    await this.until(async () => {
      const { groups } = await this.admin.describeGroups([groupId]);
      return groups.some(({ state, members }) => state === 'Stable' && members.length > 0);
    });
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

  /** How many messages of a topic a group has finished with, by its committed offsets. */
  async done(groupId: string, topic: string): Promise<number> {
    const [committed] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    return (committed?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  /** Messages per second between the first and the last message of the output, by the producers' own stamps. */
  async rate(output: string): Promise<number> {
    const { count, firstMs, lastMs } = await this.span(output);
    return (count / Math.max(1, lastMs - firstMs)) * 1000;
  }

  /** How many messages a topic holds, and when the first and the last were made. */
  async span(topic: string): Promise<{ count: number; firstMs: number; lastMs: number }> {
    const count = await this.size(topic);
    const consumer = this.kafka.consumer({ groupId: `span-${String(Date.now())}` });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    let seen = 0;
    let firstMs = Infinity;
    let lastMs = 0;
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachBatch: ({ batch }) => {
            for (const { timestamp } of batch.messages) {
              firstMs = Math.min(firstMs, Number(timestamp));
              lastMs = Math.max(lastMs, Number(timestamp));
            }
            seen += batch.messages.length;
            if (seen >= count) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return { count, firstMs, lastMs };
  }

  async until(isSo: () => Promise<boolean>): Promise<void> {
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
