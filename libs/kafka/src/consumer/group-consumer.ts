import { type EachBatchPayload } from 'kafkajs';
import { exponentialBackoff } from '../backoff.js';
import { type KafkaConnection, createClient } from '../connection.js';
import { type DeadLetterSink } from '../dead-letter.js';
import { BatchAbortedError, CannotConsumeError } from '../errors.js';
import { dispositionOf } from '../failure-table.js';
import { incomingMessages } from '../incoming-message.js';
import { type Logger } from '../logger.js';
import { describeError } from '../mask.js';
import { type ConsumerMetrics } from '../metrics.js';
import { type DedupeHook } from '../policies/dedupe.js';
import { type Handle } from '../policies/policy.js';
import { HungHandlers } from '../policies/timeout.js';
import { delay, settlesWithin } from '../time.js';
import { type Assignment } from './assignment.js';
import { BatchProgress } from './batch-progress.js';
import { ConsumerHealth, type Readiness } from './consumer-health.js';
import { type ConsumerTuning, resolveTuning } from './consumer-tuning.js';
import { ConsumerSession } from './consumer-session.js';
import { type Route, handleOf } from './route.js';

export interface GroupConsumerOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly routes: readonly Route[];
  readonly deadLetters: DeadLetterSink;
  readonly logger: Logger;
  readonly metrics: Required<ConsumerMetrics>;
  readonly dedupe: DedupeHook | undefined;
  readonly tuning: ConsumerTuning;
  /** Called once, when this process has been unable to consume for tuning.cannotConsumeAfterMs. */
  readonly onCannotConsume: (error: CannotConsumeError) => void;
}

const SESSION_END_MS = 5_000;
const sessionBackoff = exponentialBackoff(250, 10_000);
const commitBackoff = exponentialBackoff(100, 5_000);

/**
 * A member of a consumer group that is kept alive: owns the sequence of sessions, the batches in flight and their commits.
 *
 *   new ──start()──▶ running ──stop()──▶ draining ──▶ stopped
 *
 * running: one ConsumerSession after the other; a session that ends is replaced after a back-off.
 * draining: no new batch is taken; handlers may finish for most of the deadline, then they are aborted; what is settled is
 * committed; then the group is left, by request if the broker answers in time.
 */
export class GroupConsumer {
  private readonly tuning: Required<ConsumerTuning>;
  private readonly health: ConsumerHealth;
  private readonly hung = new HungHandlers();
  private readonly handles: ReadonlyMap<string, Handle<Buffer>>;
  private readonly draining = new AbortController();
  /** The last batch of each partition that is still being handled, of whatever generation: one at a time. */
  private readonly lastRun = new Map<string, Promise<void>>();
  private session: ConsumerSession | undefined;
  private supervision: Promise<void> | undefined;
  private watchdog: NodeJS.Timeout | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: GroupConsumerOptions) {
    this.tuning = resolveTuning(options.tuning);
    this.health = new ConsumerHealth(this.tuning.sessionTimeoutMs);
    const policies = {
      groupId: options.groupId,
      backoff: exponentialBackoff(this.tuning.retryInitialMs, this.tuning.retryMaxMs),
      handlerTimeoutMs: this.tuning.handlerTimeoutMs,
      handlerGraceMs: this.tuning.handlerGraceMs,
      hung: this.hung,
      deadLetters: options.deadLetters,
      dedupe: options.dedupe,
      metrics: options.metrics,
      logger: options.logger,
    };
    this.handles = new Map(options.routes.map((route) => [route.topic, handleOf(route, policies)]));
  }

  start(): void {
    this.supervision ??= this.supervise();
    this.watchdog ??= setInterval(() => this.watch(), Math.min(1_000, this.tuning.cannotConsumeAfterMs / 4));
  }

  readiness(): Readiness {
    if (this.draining.signal.aborted) return { ready: false, reason: 'stopping' };
    return this.health.readiness(this.hung.list());
  }

  /** Resolves within the deadline, whatever the broker and the handlers do. */
  stop(deadlineMs: number): Promise<void> {
    this.stopping ??= this.drain(deadlineMs);
    return this.stopping;
  }

  private async supervise(): Promise<void> {
    for (let attempt = 1; !this.draining.signal.aborted; attempt++) {
      const startedMs = performance.now();
      const reason = await this.runSession();
      if (this.draining.signal.aborted) return;
      this.health.failed(describeError(reason));
      if (performance.now() - startedMs > this.tuning.sessionTimeoutMs) attempt = 1;
      const waitMs = sessionBackoff(attempt);
      this.log('error', { error: describeError(reason), attempt, waitMs }, 'the consumer ended and will be restarted');
      await delay(waitMs, this.draining.signal);
    }
  }

  /** Resolves with the reason of the session's end, after it was disposed of. While draining it is left to drain(). */
  private async runSession(): Promise<unknown> {
    const { connection, logger, groupId, routes } = this.options;
    const session: ConsumerSession = new ConsumerSession(
      createClient(connection, logger),
      { ...this.tuning, groupId, topics: routes.map(({ topic }) => topic) },
      {
        take: (payload, assignment) => this.take(payload, assignment, session),
        onAlive: () => this.health.alive(),
        onRebalance: () => this.options.metrics.rebalanced(),
      },
      logger,
    );
    this.session = session;
    const reason = await Promise.race([
      session.start().then(
        () => session.ended,
        (error: unknown) => error,
      ),
      session.ended,
    ]);
    if (!this.draining.signal.aborted) await session.dispose(SESSION_END_MS);
    return reason;
  }

  private watch(): void {
    const readiness = this.readiness();
    if (readiness.ready || this.draining.signal.aborted) return;
    const forMs = this.health.unreadyForMs();
    if (forMs < this.tuning.cannotConsumeAfterMs) return;
    clearInterval(this.watchdog);
    const error = new CannotConsumeError(`unable to consume for ${forMs.toFixed(0)} ms: ${readiness.reason}`);
    this.log('error', { reason: readiness.reason, forMs: Math.round(forMs) }, 'this consumer cannot consume');
    this.options.onCannotConsume(error);
  }

  /** Handles one batch after the one before it. Never rejects: a defect ends the session, which skips nothing. */
  private async take(payload: EachBatchPayload, assignment: Assignment, session: ConsumerSession): Promise<void> {
    const key = `${payload.batch.topic}/${String(payload.batch.partition)}`;
    const run = this.runAfter(this.lastRun.get(key), payload, assignment, session);
    this.lastRun.set(key, run);
    await run;
    if (this.lastRun.get(key) === run) this.lastRun.delete(key);
  }

  private async runAfter(
    previous: Promise<void> | undefined,
    payload: EachBatchPayload,
    assignment: Assignment,
    session: ConsumerSession,
  ): Promise<void> {
    await previous;
    if (assignment.signal.aborted || this.draining.signal.aborted) return;
    try {
      await this.handle(payload, assignment);
    } catch (error) {
      if (error instanceof BatchAbortedError) return;
      this.log('error', { error: describeError(error) }, 'a policy failed, the consumer is restarted');
      session.fail(error);
    }
  }

  private async handle(payload: EachBatchPayload, assignment: Assignment): Promise<void> {
    const { batch } = payload;
    const { topic, partition } = batch;
    const handle = this.handles.get(topic);
    if (handle === undefined) throw new Error(`there is no handler for ${topic}`);
    const messages = incomingMessages(batch.messages, partition);
    const progress = new BatchProgress(messages);
    const commitSettled = async (): Promise<void> => {
      const offset = progress.settledThrough;
      if (offset !== undefined) await this.commit(payload, assignment, offset);
    };
    const behind = Number(batch.highWatermark) - 1;
    this.options.metrics.lag(topic, partition, behind - Number(batch.firstOffset() ?? behind) + 1);
    try {
      await handle({
        topic,
        partition,
        messages,
        progress,
        signal: assignment.signal,
        draining: this.draining.signal,
        checkpoint: commitSettled,
      });
    } catch (error) {
      await commitSettled();
      throw error;
    }
    await this.commit(payload, assignment, batch.lastOffset());
    this.options.metrics.lag(topic, partition, behind - Number(batch.lastOffset()));
  }

  /**
   * Moves the group's offset past `through`. Repeats until it is done or the assignment is gone; then it is not needed:
   * whoever has the partition now sees these messages once more. Once handlers are aborted for a stop: one attempt.
   */
  private async commit(payload: EachBatchPayload, assignment: Assignment, through: string): Promise<void> {
    const { topic, partition } = payload.batch;
    const offset = (BigInt(through) + 1n).toString();
    for (let attempt = 1; !assignment.isDropped; attempt++) {
      try {
        // Not consumer.commitOffsets: that repeats by itself, over a rebalance, in the name of the new generation.
        await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
        return;
      } catch (error) {
        if (dispositionOf(error) === 'fenced') {
          assignment.drop('the group is rebalancing');
          return;
        }
        this.log('warn', { topic, partition, attempt, error: describeError(error) }, 'an offset was not committed yet');
        if (assignment.signal.aborted || !(await delay(commitBackoff(attempt), assignment.signal))) return;
      }
    }
  }

  private async drain(deadlineMs: number): Promise<void> {
    const endMs = performance.now() + deadlineMs;
    const left = (share: number): number => endMs - (1 - share) * deadlineMs - performance.now();
    clearInterval(this.watchdog);
    this.draining.abort();
    this.session?.refuseBatches();
    // Half of the deadline for handlers to finish, a quarter to roll back after the abort, the rest to leave.
    if (!(await settlesWithin(this.allRuns(), left(0.5)))) {
      this.session?.current.abort('the consumer is stopping');
      if (!(await settlesWithin(this.allRuns(), left(0.75)))) {
        this.log('warn', { partitions: [...this.lastRun.keys()] }, 'handlers did not end in time, left behind');
      }
    }
    await this.session?.dispose(left(0.95));
    await settlesWithin(this.supervision ?? Promise.resolve(), left(1));
    this.log('info', {}, 'the consumer stopped');
  }

  private async allRuns(): Promise<void> {
    await Promise.all(this.lastRun.values());
  }

  private log(level: 'info' | 'warn' | 'error', fields: object, message: string): void {
    this.options.logger[level]({ groupId: this.options.groupId, ...fields }, message);
  }
}
