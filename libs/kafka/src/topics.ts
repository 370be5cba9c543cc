import { type ITopicConfig } from 'kafkajs';
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

/**
 * Makes the topics that are missing and leaves the others as they are; safe to be called by several processes at once.
 * @throws kafkajs' error when the broker cannot be reached or refuses
 */
export async function ensureTopics(connection: KafkaConnection, topics: readonly TopicSpec[]): Promise<void> {
  const admin = createClient(connection, silent).kafka.admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter(({ topic }) => !existing.has(topic));
    // One request for each: when another process makes one of them first, kafkajs takes that as an end of the whole.
    for (const spec of missing) await admin.createTopics({ topics: [topicConfig(spec)], waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
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
