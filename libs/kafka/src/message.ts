/**
 * How a topic's values become messages. Structural, so that whoever defines messages need not know this library.
 */
export interface MessageContract<T> {
  readonly topic: string;
  /** Decoded JSON → message. Throws with a readable message that names paths, never values. */
  parse(value: unknown): T;
  /** Kafka key of a message. */
  key(message: T): string;
}

/** One message as a handler sees it. Key, headers and time are decoded when they are first asked for. */
export interface ReceivedMessage<T> {
  readonly value: T;
  readonly key: string | null;
  /** Decimal int64, as Kafka counts. */
  readonly offset: string;
  readonly partition: number;
  /** When the producer made the record (or the broker took it, for topics set so), Unix time. */
  readonly timestampMs: number;
  /** The last value of each header, as UTF-8. */
  readonly headers: Readonly<Record<string, string>>;
  /** The value's bytes as they came; null for a tombstone. */
  readonly raw: Buffer | null;
}

/** Messages of one partition, in order. */
export interface MessageBatch<T> {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly ReceivedMessage<T>[];
  /**
   * Aborts when the work has lost its point: the partition may belong to another member now (rebalance), the consumer is
   * stopping, or the handler's time is over. Roll back and throw; another run of the same messages follows.
   */
  readonly signal: AbortSignal;
}

/** A record to send as it is. A null value is a tombstone; records without a key are spread over the partitions. */
export interface RawRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
}
