import { context, propagation } from '@opentelemetry/api';
import { type Message } from 'kafkajs';
import { exponentialBackoff } from '../backoff.js';
import { type KafkaConnection, createClient } from '../connection.js';
import { ProduceError } from '../errors.js';
import { type Logger } from '../logger.js';
import { describeError } from '../mask.js';
import { type MessageContract, type RawRecord } from '../message.js';
import { type ProducerMetrics, safeProducerMetrics } from '../metrics.js';
import { settlesWithin } from '../time.js';
import { ProducerSession } from './producer-session.js';
import { TopicOutbox } from './topic-outbox.js';

export interface KafkaProducerOptions {
  readonly connection: KafkaConnection;
  readonly logger: Logger;
  readonly metrics?: ProducerMetrics;
  /** How long a send is tried when it names no time of its own. Default 30 s. */
  readonly deliveryTimeoutMs?: number;
  /** Largest request per topic. Must stay below the topics' max.message.bytes (1 MiB by default). Default 1 000 000. */
  readonly maxBatchBytes?: number;
}

export interface SendOptions {
  /** For all messages of this send. The current trace is added by itself. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const DEFAULT_DELIVERY_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BATCH_BYTES = 1_000_000;
const sendBackoff = exponentialBackoff(50, 2_000);

/**
 * Writes to Kafka: acknowledged by all in-sync replicas, in the order of the calls (per key), through broker restarts, and
 * without duplicates of its own except after an answer that stayed out (ProduceError.inDoubt). Sends may run concurrently.
 *
 *   open ──disconnect()──▶ flushing ──all written or deadline──▶ closed
 */
export class KafkaProducer {
  private readonly metrics: Required<ProducerMetrics>;
  private readonly outboxes = new Map<string, TopicOutbox>();
  private readonly closed = new AbortController();
  private session: ProducerSession;
  private isClosing = false;

  constructor(private readonly options: KafkaProducerOptions) {
    this.metrics = safeProducerMetrics(options.metrics, options.logger);
    this.session = this.newSession();
  }

  /** Connects ahead of the first send; a send connects by itself otherwise. Throws when the broker is not there. */
  async connect(): Promise<void> {
    await this.session.connect();
  }

  /**
   * Resolves when all of the messages are written.
   * @throws ProduceError: `retryable` says whether to try again, `inDoubt` whether some may have been written
   */
  async send<T>(contract: MessageContract<T>, messages: readonly T[], options: SendOptions = {}): Promise<void> {
    const headers = { ...this.traceHeaders(), ...options.headers };
    const records = messages.map((message): Message => ({
      key: bytesOf(contract.key(message)),
      value: bytesOf(JSON.stringify(message)),
      headers,
    }));
    await this.enqueue(contract.topic, records, options);
  }

  /** The same for records that are bytes already. A record's own headers win. */
  async sendRaw(topic: string, records: readonly RawRecord[], options: SendOptions = {}): Promise<void> {
    const headers = { ...this.traceHeaders(), ...options.headers };
    const messages = records.map((record): Message => ({
      key: bytesOf(record.key),
      value: bytesOf(record.value),
      headers: record.headers === undefined ? headers : { ...headers, ...record.headers },
    }));
    await this.enqueue(topic, messages, options);
  }

  /** Refuses new sends, waits for those under way, and disconnects; within the deadline. What is left over is rejected. */
  async disconnect(deadlineMs: number): Promise<void> {
    const endMs = performance.now() + deadlineMs;
    this.isClosing = true;
    const idle = Promise.all([...this.outboxes.values()].map((outbox) => outbox.idle()));
    const isIdle = await settlesWithin(idle, deadlineMs * 0.8);
    for (const outbox of this.outboxes.values()) outbox.failAll(producerClosed);
    this.closed.abort();
    const disconnecting = this.session.disconnect().catch((error: unknown) => {
      this.options.logger.debug({ error: describeError(error) }, 'the producer did not disconnect');
    });
    // A send that nobody waits for any more, or a connect to a broker that is away, would go on.
    if (!isIdle || !(await settlesWithin(disconnecting, endMs - performance.now()))) this.session.abandon();
  }

  private async enqueue(topic: string, messages: readonly Message[], { timeoutMs }: SendOptions): Promise<void> {
    if (this.isClosing) throw producerClosed(false);
    if (messages.length === 0) return;
    await this.outbox(topic).send(messages, timeoutMs ?? this.options.deliveryTimeoutMs ?? DEFAULT_DELIVERY_TIMEOUT_MS);
  }

  private outbox(topic: string): TopicOutbox {
    let outbox = this.outboxes.get(topic);
    if (outbox === undefined) {
      outbox = new TopicOutbox({
        topic,
        maxBatchBytes: this.options.maxBatchBytes ?? DEFAULT_MAX_BATCH_BYTES,
        backoff: sendBackoff,
        session: () => this.session,
        retire: (session) => this.retire(session),
        closed: this.closed.signal,
        metrics: this.metrics,
        logger: this.options.logger,
      });
      this.outboxes.set(topic, outbox);
    }
    return outbox;
  }

  private retire(session: ProducerSession): void {
    if (session === this.session) this.session = this.newSession();
    session.retire();
  }

  private newSession(): ProducerSession {
    return new ProducerSession(createClient(this.options.connection, this.options.logger));
  }

  private traceHeaders(): Record<string, string> {
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    return headers;
  }
}

/**
 * Encodes once what would be encoded or measured five times on its way out: for our own limit, for kafkajs' partitioner
 * and record size, and for the record. Saves 3 µs per record of 1 KB (docs/measurements/ingest-profile.md).
 */
function bytesOf<T extends Buffer | null>(content: string | T): Buffer | T {
  return typeof content === 'string' ? Buffer.from(content) : content;
}

function producerClosed(inDoubt: boolean): ProduceError {
  return new ProduceError('producer_closed', 'the producer is closed', true, inDoubt);
}
