/**
 * Baseline: a Kafka consumer as it is usually written. A message is done when its handler returns; a handler that throws
 * gets the message again. Nothing is lost this way, and what was written before the error is written twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { baselineTopic, writeCall, type BaselineCall } from './portal-calls.js';

const { KAFKA_BROKERS = '', INTERNAL_API_KEY: token = '' } = process.env;
const kafka = new kafkajs.Kafka({
  clientId: 'naive',
  brokers: KAFKA_BROKERS.split(','),
  logLevel: kafkajs.logLevel.NOTHING,
});
const consumer = kafka.consumer({ groupId: 'naive', sessionTimeout: 6_000 });
await consumer.connect();
await consumer.subscribe({ topic: baselineTopic, fromBeginning: true });
await consumer.run({
  autoCommitInterval: 500,
  partitionsConsumedConcurrently: 8,
  eachMessage: async ({ message }) => {
    // Written by the harness, read by its own baseline.
    const call = JSON.parse(String(message.value)) as BaselineCall;
    for (;;) {
      try {
        return await writeCall(call, token);
      } catch {
        await sleep(500);
      }
    }
  },
});
