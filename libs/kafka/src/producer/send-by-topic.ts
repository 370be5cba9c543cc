import { type RawRecord } from '../message.js';
import { type KafkaProducer, type SendOptions } from './kafka-producer.js';

/** A record that names its own topic, such as an outbox holds. */
export interface AddressedRecord extends RawRecord {
  readonly topic: string;
}

/** One send per topic; inside a topic the records of a key keep their order. Resolves when all are written. */
export async function sendByTopic(
  producer: Pick<KafkaProducer, 'sendRaw'>,
  records: readonly AddressedRecord[],
  options: SendOptions = {},
): Promise<void> {
  const byTopic = new Map<string, AddressedRecord[]>();
  for (const record of records) {
    const own = byTopic.get(record.topic);
    if (own) own.push(record);
    else byTopic.set(record.topic, [record]);
  }
  for (const [topic, own] of byTopic) await producer.sendRaw(topic, own, options);
}
