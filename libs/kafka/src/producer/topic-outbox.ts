import { type Message } from 'kafkajs';
import { type Backoff } from '../backoff.js';
import { ProduceError, codeOf } from '../errors.js';
import { dispositionOf, protocolErrorType } from '../failure-table.js';
import { type Logger } from '../logger.js';
import { describeError } from '../mask.js';
import { type ProducerMetrics } from '../metrics.js';
import { delay } from '../time.js';
import { type Chunk, cutByBytes } from './cut-by-bytes.js';
import { Delivery } from './delivery.js';
import { type ProducerSession } from './producer-session.js';
import { recordBytes } from './record-size.js';

export interface OutboxOptions {
  readonly topic: string;
  readonly maxBatchBytes: number;
  readonly backoff: Backoff;
  readonly session: () => ProducerSession;
  /** The session's numbers can no longer be trusted: nothing new may be sent with it. */
  readonly retire: (session: ProducerSession) => void;
  readonly closed: AbortSignal;
  readonly metrics: Required<ProducerMetrics>;
  readonly logger: Logger;
}

interface QueuedChunk extends Chunk<Message> {
  readonly delivery: Delivery;
}

/**
 * A topic's sends, one request at a time, in order. A lone send goes at once; what comes while a request is under way is
 * joined into the next one, up to maxBatchBytes. A request is repeated for as long as one of its senders waits.
 */
export class TopicOutbox {
  private readonly queue: QueuedChunk[] = [];
  private readonly waiting = new Set<Delivery>();
  private pumping: Promise<void> | undefined;

  constructor(private readonly options: OutboxOptions) {}

  async send(messages: readonly Message[], timeoutMs: number): Promise<void> {
    const chunks = cutByBytes(messages, this.options.maxBatchBytes, recordBytes);
    const delivery = new Delivery(this.options.topic, timeoutMs);
    delivery.expectChunks(chunks.length);
    for (const chunk of chunks) this.queue.push({ ...chunk, delivery });
    this.waiting.add(delivery);
    this.pumping ??= this.pump();
    try {
      await delivery.promise;
    } finally {
      this.waiting.delete(delivery);
    }
  }

  /** Resolves when nothing is queued or under way. */
  async idle(): Promise<void> {
    await this.pumping;
  }

  failAll(error: (inDoubt: boolean) => ProduceError): void {
    for (const delivery of this.waiting) delivery.fail(error);
  }

  private async pump(): Promise<void> {
    for (let chunks = this.nextRequest(); chunks.length > 0; chunks = this.nextRequest()) await this.deliver(chunks);
    this.pumping = undefined;
  }

  private nextRequest(): QueuedChunk[] {
    const chunks: QueuedChunk[] = [];
    let bytes = 0;
    for (let next = this.queue[0]; next !== undefined; next = this.queue[0]) {
      if (!next.delivery.isSettled) {
        if (chunks.length > 0 && bytes + next.bytes > this.options.maxBatchBytes) break;
        chunks.push(next);
        bytes += next.bytes;
      }
      this.queue.shift();
    }
    return chunks;
  }

  /** Never rejects. */
  private async deliver(chunks: readonly QueuedChunk[]): Promise<void> {
    let session = this.take();
    for (let attempt = 1; chunks.some(({ delivery }) => !delivery.isSettled); attempt++) {
      try {
        await this.attempt(session, chunks);
        await this.giveBack(session);
        for (const { delivery } of chunks) delivery.chunkWritten();
        return;
      } catch (error) {
        this.options.metrics.failed(this.options.topic, protocolErrorType(error) ?? codeOf(error));
        const disposition = dispositionOf(error);
        if (disposition === 'refused' || disposition === 'too_large') {
          // Other partitions of the same request may have been written.
          this.options.retire(session);
          await this.giveBack(session);
          await this.separate(chunks, disposition, error);
          return;
        }
        if (mustChangeSession(error)) {
          this.options.retire(session);
          await this.giveBack(session);
          session = this.take();
        }
        await this.waitBeforeRetry(attempt, error);
      }
    }
    // Nobody waits any more, but the request may have arrived.
    this.options.retire(session);
    await this.giveBack(session);
  }

  private async attempt(session: ProducerSession, chunks: readonly QueuedChunk[]): Promise<void> {
    await session.connect();
    const [only] = chunks;
    const messages = chunks.length === 1 && only !== undefined ? only.messages : chunks.flatMap((c) => c.messages);
    for (const { delivery } of chunks) delivery.markAttempted();
    const startedMs = performance.now();
    await session.send(this.options.topic, messages);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
    this.options.metrics.sent(this.options.topic, messages.length, bytes, performance.now() - startedMs);
  }

  /** Finds out whom a refusal concerns: each sender alone, then halves of what is too large for the topic. */
  private async separate(
    chunks: readonly QueuedChunk[],
    disposition: 'refused' | 'too_large',
    error: unknown,
  ): Promise<void> {
    if (chunks.length > 1) {
      for (const chunk of chunks) await this.deliver([chunk]);
      return;
    }
    for (const chunk of chunks) {
      if (disposition === 'too_large' && chunk.messages.length > 1) {
        const halves = inHalves(chunk);
        chunk.delivery.expectChunks(halves.length - 1);
        for (const half of halves) await this.deliver([half]);
        continue;
      }
      const message = `${this.options.topic} refused the records: ${protocolErrorType(error) ?? codeOf(error)}`;
      chunk.delivery.fail((inDoubt) => new ProduceError('produce_refused', message, false, inDoubt, error));
    }
  }

  private async waitBeforeRetry(attempt: number, error: unknown): Promise<void> {
    const waitMs = this.options.backoff(attempt);
    const fields = { topic: this.options.topic, attempt, waitMs, error: describeError(error) };
    this.options.logger.warn(fields, 'a send failed and will be repeated');
    await delay(waitMs, this.options.closed);
  }

  private take(): ProducerSession {
    const session = this.options.session();
    session.use();
    return session;
  }

  private async giveBack(session: ProducerSession): Promise<void> {
    try {
      await session.release();
    } catch (error) {
      this.options.logger.debug({ error: describeError(error) }, 'a retired producer did not disconnect');
    }
  }
}

function inHalves({ messages, bytes, delivery }: QueuedChunk): QueuedChunk[] {
  const middle = messages.length >> 1;
  const half = (part: readonly Message[]): QueuedChunk => ({ messages: part, bytes: bytes / 2, delivery });
  return [half(messages.slice(0, middle)), half(messages.slice(middle))];
}

/**
 * Errors after which the same numbers cannot succeed: the broker has lost or passed them. Repeating with a new producer
 * may write twice what arrived before; the other choice would be to lose it.
 */
const numbersLost = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
]);

function mustChangeSession(error: unknown): boolean {
  return numbersLost.has(protocolErrorType(error) ?? '');
}
