import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import { type KafkaConnection, createClient } from './connection.js';
import { type Logger } from './logger.js';

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Keeps the newest value of each key instead of a span of time. */
  readonly compacted?: boolean;
  /** -1: for ever. Default: the broker's. */
  readonly retentionMs?: number;
  /** Largest batch of one partition that the broker takes. Default: the broker's (1 MiB). */
  readonly maxMessageBytes?: number;
  /** Default: the broker's. */
  readonly replicationFactor?: number;
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A new topic is announced to the brokers and gets its leaders within moments; more means that something is wrong. */
const LEADERS_DEADLINE_MS = 15_000;
const LOOK_AGAIN_MS = 50;

/**
 * Makes the topics that are missing and leaves the others as they are; resolves when all of them can be used. Safe to be
 * called by several processes at once.
 * @throws kafkajs' error when the broker cannot be reached or refuses
 */
export async function ensureTopics(connection: KafkaConnection, topics: readonly TopicSpec[]): Promise<void> {
  const admin = createClient(connection, silent).kafka.admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter(({ topic }) => !existing.has(topic));
    // One request for each: when another process makes one of them first, kafkajs takes that as an end of the whole.
    for (const spec of missing) await admin.createTopics({ topics: [topicConfig(spec)], waitForLeaders: false });
    await leadersElected(admin, topics);
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs' own waiting for leaders ends with an error when a broker has not heard of the topic yet. */
async function leadersElected(admin: Admin, topics: readonly TopicSpec[]): Promise<void> {
  const giveUpAt = performance.now() + LEADERS_DEADLINE_MS;
  for (;;) {
    try {
      await admin.fetchTopicMetadata({ topics: topics.map(({ topic }) => topic) });
      return;
    } catch (error) {
      if (!isRetriable(error) || performance.now() > giveUpAt) throw error;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

/** The broker's own word for "not yet": no leader, or a topic it has not heard of. */
function isRetriable(error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSError && error.retriable;
}

function topicConfig(spec: TopicSpec): ITopicConfig {
  const settings: Record<string, string> = { 'cleanup.policy': spec.compacted === true ? 'compact' : 'delete' };
  if (spec.retentionMs !== undefined) settings['retention.ms'] = String(spec.retentionMs);
  if (spec.maxMessageBytes !== undefined) settings['max.message.bytes'] = String(spec.maxMessageBytes);
  return {
    topic: spec.topic,
    numPartitions: spec.partitions,
    replicationFactor: spec.replicationFactor ?? -1,
    configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
  };
}
