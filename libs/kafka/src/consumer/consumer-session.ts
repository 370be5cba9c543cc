import { type Consumer, type ConsumerConfig, type EachBatchPayload } from 'kafkajs';
import { type Client, kafkajsRetry } from '../connection.js';
import { dispositionOf } from '../failure-table.js';
import { type Logger } from '../logger.js';
import { describeError } from '../mask.js';
import { delay, settlesWithin } from '../time.js';
import { Assignment } from './assignment.js';
import { gatheringTime } from './gathering-time.js';

export interface SessionOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxWaitMs: number;
  readonly maxBytesPerPartition: number;
  /** How long a batch may keep the fetch loop waiting before its partition is paused instead. */
  readonly holdMs: number;
  readonly gatherMs: number;
  readonly batchesAtOnce: number;
}

export interface SessionHooks {
  /** Owns a batch until it is settled, aborted or dropped. Never rejects. */
  take(payload: EachBatchPayload, assignment: Assignment): Promise<void>;
  onAlive(): void;
  onRebalance(): void;
}

const CRASH_REPORT_MS = 3_000;

/**
 * One kafkajs consumer from its connecting to its end; whoever owns it makes a new one then (kafkajs' own restarts are off).
 *
 *   new → joining → consuming ⇄ rebalancing → ended
 *
 * The fetch loop of kafkajs waits for all batches of a fetch, does heartbeats only in between, and stops for good on some
 * exceptions. So a batch is only held for `holdMs`; if it takes longer (slow handler, retries) its partition is paused and
 * the loop goes on: heartbeats, the other partitions and rejoining never wait for a handler. The fetch position moves when
 * a batch is taken, the committed offset when it is settled; a new generation starts again from the committed one.
 */
export class ConsumerSession {
  /** Resolves with the reason when this consumer will not consume any more. */
  readonly ended: Promise<unknown>;
  private readonly consumer: Consumer;
  private assignment = new Assignment({});
  private resumeOf = new Map<string, () => void>();
  private heartbeat: (() => Promise<void>) | undefined;
  private inFlight = 0;
  private isRefusing = false;
  private isDisposed = false;
  private end: (reason: unknown) => void = () => undefined;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly client: Client,
    private readonly options: SessionOptions,
    private readonly hooks: SessionHooks,
    private readonly logger: Logger,
  ) {
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    this.consumer = client.kafka.consumer(consumerConfig(options));
    this.listen();
  }

  /** Resolves when the consumer runs or has ended; throws when it cannot connect or subscribe. */
  async start(): Promise<void> {
    await this.consumer.connect();
    if (this.isDisposed) return;
    // A new group starts at the earliest message: what was produced before its first start must not be lost.
    await this.consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
    if (this.isDisposed) return;
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.options.batchesAtOnce,
      eachBatch: (payload) => this.onBatch(payload),
    });
    if (!this.isDisposed) this.timers.push(setInterval(() => this.beat(), this.options.heartbeatIntervalMs));
  }

  get current(): Assignment {
    return this.assignment;
  }

  /** Takes no more batches; membership and heartbeats go on, so that what runs can still be committed. */
  refuseBatches(): void {
    this.isRefusing = true;
  }

  fail(reason: unknown): void {
    this.assignment.drop('the consumer ended');
    this.end(reason);
  }

  /** Leaves the group and disconnects, in the given time or not at all: kafkajs may hang when the broker is gone. */
  async dispose(withinMs: number): Promise<void> {
    this.isDisposed = true;
    this.isRefusing = true;
    this.assignment.drop('the consumer ended');
    for (const timer of this.timers) clearInterval(timer);
    const disconnecting = this.consumer.disconnect();
    if (!(await settlesWithin(disconnecting, withinMs))) {
      this.logger.warn({ groupId: this.options.groupId, withinMs }, 'leaving the group took too long, left without');
      this.client.abandon();
    }
    this.end(new Error('the consumer was disposed of'));
  }

  private listen(): void {
    const { events } = this.consumer;
    this.consumer.on(events.GROUP_JOIN, ({ payload }) => this.onJoin(payload.memberAssignment));
    this.consumer.on(events.REBALANCING, () => this.assignment.drop('the group is rebalancing'));
    this.consumer.on(events.HEARTBEAT, () => this.hooks.onAlive());
    this.consumer.on(events.CRASH, ({ payload }) => this.fail(payload.error));
    this.consumer.on(events.STOP, () => this.onStop());
  }

  /** A crash says so only after it has stopped, so its reason is given a moment to arrive. */
  private onStop(): void {
    this.assignment.drop('the consumer stopped');
    if (this.isDisposed) return;
    this.timers.push(setTimeout(() => this.fail(new Error('the consumer stopped')), CRASH_REPORT_MS));
  }

  private onJoin(partitions: Record<string, number[]>): void {
    if (this.isDisposed) {
      // kafkajs does not give up a join that is under way when it is told to disconnect.
      setImmediate(() => void settlesWithin(this.consumer.disconnect(), 0));
      return;
    }
    this.assignment.drop('the group was rebalanced');
    this.assignment = new Assignment(partitions);
    // kafkajs keeps pauses over a rebalance; a partition whose old batch still runs is paused again when it is fetched.
    const resumes = [...this.resumeOf.values()];
    this.resumeOf.clear();
    for (const resume of resumes) resume();
    this.hooks.onAlive();
    this.hooks.onRebalance();
  }

  /** Never throws: kafkajs would stop all partitions, for some errors for good. */
  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch;
    const assignment = this.assignment;
    this.heartbeat = () => payload.heartbeat();
    if (this.isRefusing || assignment.isDropped || !assignment.has(topic, partition)) {
      this.pause(payload);
      return;
    }
    try {
      payload.resolveOffset(payload.batch.lastOffset());
    } catch (error) {
      // The assignment changed between fetch and batch; the position of the new one was not touched.
      this.logger.debug({ topic, partition, error: describeError(error) }, 'a batch of a lost partition was dropped');
      return;
    }
    let isSettled = false;
    const startedMs = performance.now();
    this.inFlight++;
    const taken = this.hooks.take(payload, assignment).finally(() => {
      isSettled = true;
      this.inFlight--;
      this.resume(topic, partition, assignment);
    });
    await settlesWithin(taken, this.options.holdMs);
    // After a rebalance in the meantime the partition is the next generation's to pause.
    if (!isSettled && assignment === this.assignment) this.pause(payload);
    if (isSettled) await this.gather(payload.batch, performance.now() - startedMs, assignment);
  }

  /** Keeps the fetch loop waiting, once for all partitions of a fetch, and for less than a heartbeat's interval. */
  private async gather(batch: EachBatchPayload['batch'], workedMs: number, assignment: Assignment): Promise<void> {
    const ms = gatheringTime({ workedMs, isCaughtUp: batch.offsetLag() === '0', atMostMs: this.options.gatherMs });
    if (ms > 0) await delay(ms, assignment.signal);
  }

  private pause(payload: EachBatchPayload): void {
    this.resumeOf.set(keyOf(payload.batch.topic, payload.batch.partition), payload.pause());
  }

  private resume(topic: string, partition: number, of: Assignment): void {
    // After a rebalance the pause, if there is one, belongs to the next generation's batch.
    if (of !== this.assignment || of.isDropped) return;
    const key = keyOf(topic, partition);
    this.resumeOf.get(key)?.();
    this.resumeOf.delete(key);
  }

  /**
   * kafkajs sends heartbeats between fetches; this one does not depend on how long a fetch takes, and learns of a
   * rebalance as early as possible. It then waits for kafkajs to rejoin; if that does not happen, the session has to go.
   */
  private beat(): void {
    const { droppedAtMs } = this.assignment;
    const { rebalanceTimeoutMs, sessionTimeoutMs } = this.options;
    if (droppedAtMs !== undefined && performance.now() - droppedAtMs > rebalanceTimeoutMs + sessionTimeoutMs) {
      this.fail(new Error('the group was not joined again after a rebalance'));
      return;
    }
    if (droppedAtMs !== undefined || this.inFlight === 0 || this.heartbeat === undefined) return;
    const assignment = this.assignment;
    this.heartbeat().catch((error: unknown) => {
      if (dispositionOf(error) === 'fenced') assignment.drop('the group is rebalancing');
      else this.logger.debug({ error: describeError(error) }, 'a heartbeat failed');
    });
  }
}

function consumerConfig(options: SessionOptions): ConsumerConfig {
  return {
    groupId: options.groupId,
    sessionTimeout: options.sessionTimeoutMs,
    rebalanceTimeout: options.rebalanceTimeoutMs,
    heartbeatInterval: options.heartbeatIntervalMs,
    maxWaitTimeInMs: options.maxWaitMs,
    maxBytesPerPartition: options.maxBytesPerPartition,
    allowAutoTopicCreation: false,
    retry: { ...kafkajsRetry, restartOnFailure: () => Promise.resolve(false) },
  };
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${String(partition)}`;
}
