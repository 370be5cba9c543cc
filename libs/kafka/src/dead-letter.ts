import { type IHeaders } from 'kafkajs';
import { type KafkaProducer } from './producer/kafka-producer.js';

/** A message that a group could not handle, as it was, and why. */
export interface DeadLetter {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  /** The original bytes. */
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  /** Stable, snake_case. */
  readonly code: string;
  /** For an operator; phone numbers are masked. */
  readonly reason: string;
}

/** Where dead letters go. `park` resolves only when all of them are stored for good; it may be given one twice. */
export interface DeadLetterSink {
  park(letters: readonly DeadLetter[]): Promise<void>;
}

/** `<group>.dead-letters.v1` */
export function deadLetterTopic(groupId: string): string {
  return `${groupId}.dead-letters.v1`;
}

/** A record as big as its own topic allowed must still fit with our headers around it. */
export const deadLetterMaxMessageBytes = 2 * 1024 * 1024;

/** The headers that a dead letter has on top of the original ones. */
export const deadLetterHeader = {
  topic: 'dead-letter.topic',
  partition: 'dead-letter.partition',
  offset: 'dead-letter.offset',
  timestampMs: 'dead-letter.timestamp-ms',
  groupId: 'dead-letter.group',
  code: 'dead-letter.code',
  reason: 'dead-letter.reason',
} as const;

/** Dead letters in a topic: key, value and headers as they were, and where they came from in headers of our own. */
export class DeadLetterTopic implements DeadLetterSink {
  constructor(
    private readonly producer: Pick<KafkaProducer, 'sendRaw'>,
    readonly topic: string,
  ) {}

  async park(letters: readonly DeadLetter[]): Promise<void> {
    const records = letters.map((letter) => ({
      key: letter.key,
      value: letter.value,
      headers: {
        ...singleValues(letter.headers),
        [deadLetterHeader.topic]: letter.topic,
        [deadLetterHeader.partition]: String(letter.partition),
        [deadLetterHeader.offset]: letter.offset,
        [deadLetterHeader.timestampMs]: String(letter.timestampMs),
        [deadLetterHeader.groupId]: letter.groupId,
        [deadLetterHeader.code]: letter.code,
        [deadLetterHeader.reason]: letter.reason,
      },
    }));
    await this.producer.sendRaw(this.topic, records);
  }
}

/** Of a header that was given several times the last one counts, as in Kafka's own client. */
function singleValues(headers: IHeaders): Record<string, string | Buffer> {
  const single: Record<string, string | Buffer> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) single[name] = last;
  }
  return single;
}
