import { type IHeaders, type KafkaMessage } from 'kafkajs';
import { type ReceivedMessage } from './message.js';

/** A fetched record, decoded no further than somebody asks: on the hot path most handlers read the value only. */
export class IncomingMessage<T> implements ReceivedMessage<T> {
  private decodedHeaders: Readonly<Record<string, string>> | undefined;

  constructor(
    /** The record as the broker sent it: what parking writes down. */
    readonly record: KafkaMessage,
    readonly partition: number,
    readonly value: T,
  ) {}

  get offset(): string {
    return this.record.offset;
  }

  get key(): string | null {
    return this.record.key === null ? null : this.record.key.toString('utf8');
  }

  get timestampMs(): number {
    return Number(this.record.timestamp);
  }

  get raw(): Buffer | null {
    return this.record.value;
  }

  get headers(): Readonly<Record<string, string>> {
    this.decodedHeaders ??= decodeHeaders(this.record.headers);
    return this.decodedHeaders;
  }

  /** One header without decoding the others. */
  header(name: string): string | undefined {
    return this.record.headers === undefined ? undefined : lastValue(this.record.headers[name]);
  }

  withValue<U>(value: U): IncomingMessage<U> {
    return new IncomingMessage(this.record, this.partition, value);
  }
}

const nothing = Buffer.alloc(0);

/** The records of one fetch as messages of bytes; a tombstone's value is empty and its `raw` is null. */
export function incomingMessages(records: readonly KafkaMessage[], partition: number): IncomingMessage<Buffer>[] {
  return records.map((record) => new IncomingMessage(record, partition, record.value ?? nothing));
}

function decodeHeaders(headers: IHeaders | undefined): Record<string, string> {
  const decoded: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const text = lastValue(value);
    if (text !== undefined) decoded[name] = text;
  }
  return decoded;
}

function lastValue(value: IHeaders[string]): string | undefined {
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined ? undefined : last.toString();
}
