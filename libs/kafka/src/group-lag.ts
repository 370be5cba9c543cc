import { createClient, type KafkaConnection } from './connection.js';
import { type Logger } from './logger.js';

/** Messages written to a topic and not committed by a group. */
export interface TopicLag {
  readonly topic: string;
  readonly messages: number;
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * How far a group is behind its topics, as the broker knows it. A partition that the group never committed counts from
 * its beginning, where a new group starts.
 * @throws kafkajs' error when the broker cannot be reached
 */
export async function groupLag(
  connection: KafkaConnection,
  groupId: string,
  topics: readonly string[],
): Promise<TopicLag[]> {
  const admin = createClient(connection, silent).kafka.admin();
  try {
    await admin.connect();
    const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
    return await Promise.all(
      committed.map(async ({ topic, partitions }) => {
        const offsets = new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
        const ends = await admin.fetchTopicOffsets(topic);
        const behind = ends.map(({ partition, high, low }) => {
          const offset = offsets.get(partition) ?? -1;
          return Number(high) - (offset < 0 ? Number(low) : offset);
        });
        return { topic, messages: behind.reduce((sum, messages) => sum + messages, 0) };
      }),
    );
  } finally {
    await admin.disconnect();
  }
}
