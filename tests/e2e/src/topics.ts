import { randomUUID } from 'node:crypto';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConsumesRaw, groupLag, KafkaProducer, KafkaStrategy, type MessageBatch } from '@perezvon/kafka';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Every message of a topic so far, as text, in the order of each partition. */
export async function readAll(brokers: string, topic: string): Promise<string[]> {
  const connection = { brokers: brokers.split(','), clientId: 'e2e-reader' };
  const groupId = `e2e-reader-${randomUUID()}`;
  const values: string[] = [];

  @Controller()
  class Reader {
    @ConsumesRaw(topic)
    take(batch: MessageBatch<Buffer>): Promise<void> {
      values.push(...batch.messages.map((message) => message.value.toString()));
      return Promise.resolve();
    }
  }

  @Module({ controllers: [Reader] })
  class ReaderModule {}

  let failure: Error | undefined;
  const strategy = new KafkaStrategy({
    connection,
    groupId,
    logger: silent,
    onCannotConsume: (error) => (failure = error),
  });
  const app = await NestFactory.createMicroservice(ReaderModule, { strategy, logger: false });
  try {
    await app.listen();
    for (;;) {
      const [lag] = await groupLag(connection, groupId, [topic]);
      if (lag?.messages === 0) return values;
      if (failure) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await app.close();
  }
}

/** Sends the values to a topic as a PBX would: without keys. */
export async function republish(brokers: string, values: readonly string[], topic: string): Promise<void> {
  const producer = new KafkaProducer({ connection: { brokers: brokers.split(','), clientId: 'e2e' }, logger: silent });
  try {
    await producer.sendRaw(
      topic,
      values.map((value) => ({ key: null, value })),
    );
  } finally {
    await producer.disconnect(5_000);
  }
}
