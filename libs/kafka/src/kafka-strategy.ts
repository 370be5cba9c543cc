import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { type KafkaConnection } from './connection.js';
import { ConnectedDeadLetters } from './connected-dead-letters.js';
import { type Readiness } from './consumer/consumer-health.js';
import { type ConsumerTuning } from './consumer/consumer-tuning.js';
import { GroupConsumer } from './consumer/group-consumer.js';
import { type Route } from './consumer/route.js';
import { type ConsumesMetadata, consumesKey } from './consumes.js';
import { type DeadLetterSink, deadLetterTopic } from './dead-letter.js';
import { type CannotConsumeError } from './errors.js';
import { type Logger } from './logger.js';
import { type ConsumerMetrics, safeConsumerMetrics } from './metrics.js';
import { type DedupeHook } from './policies/dedupe.js';

export interface KafkaStrategyOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  /** A topic's name, or where else to put them. Default: the topic `<groupId>.dead-letters.v1`, made when missing. */
  readonly deadLetters?: string | DeadLetterSink;
  readonly logger: Logger;
  readonly metrics?: ConsumerMetrics;
  /** Asked before each handler: which messages are handled already. */
  readonly dedupe?: DedupeHook;
  readonly tuning?: ConsumerTuning;
  /** close() without a deadline of its own takes at most this. Default 10 s. */
  readonly stopDeadlineMs?: number;
  /** This process has been unable to consume for tuning.cannotConsumeAfterMs. The service decides; normally it exits. */
  readonly onCannotConsume: (error: CannotConsumeError) => void;
}

const DEFAULT_STOP_DEADLINE_MS = 10_000;

/**
 * Nest's way to Kafka: finds the methods marked by @Consumes and @ConsumesRaw, and feeds them as one member of a group.
 *
 *   const kafka = new KafkaStrategy({...});
 *   app.connectMicroservice({ strategy: kafka });
 *   await app.startAllMicroservices();
 *
 * listen() does not wait for the broker: a service that starts while Kafka is away is up, unready, and joins later.
 */
export class KafkaStrategy extends Server implements CustomTransportStrategy {
  /** Tells Nest that a handler's error is not lost here. */
  override readonly propagatesEventHandlerErrors = true;
  private consumer: GroupConsumer | undefined;
  private ownDeadLetters: ConnectedDeadLetters | undefined;

  constructor(private readonly options: KafkaStrategyOptions) {
    super();
  }

  override listen(callback: (error?: unknown) => void): void {
    try {
      this.consumer = this.createConsumer();
      this.consumer.start();
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  override async close(): Promise<void> {
    await this.stop(this.options.stopDeadlineMs ?? DEFAULT_STOP_DEADLINE_MS);
  }

  /** Finishes and commits what runs, as far as the deadline allows, and leaves the group. May be called again. */
  async stop(deadlineMs: number): Promise<void> {
    const startedMs = performance.now();
    // Parking is part of handling, so the dead letters stay writable until the handlers have ended.
    await this.consumer?.stop(deadlineMs * 0.9);
    await this.ownDeadLetters?.disconnect(Math.max(0, startedMs + deadlineMs - performance.now()));
  }

  readiness(): Readiness {
    return this.consumer?.readiness() ?? { ready: false, reason: 'not started' };
  }

  override on(): void {
    throw new Error('Kafka has no events to listen to; see KafkaStrategyOptions.metrics');
  }

  override unwrap<T>(): T {
    throw new Error('the Kafka client stays inside @perezvon/kafka');
  }

  private createConsumer(): GroupConsumer {
    const { connection, groupId, logger, metrics, dedupe, tuning, onCannotConsume } = this.options;
    return new GroupConsumer({
      connection,
      groupId,
      routes: this.routes(),
      deadLetters: this.deadLetters(),
      logger,
      metrics: safeConsumerMetrics(metrics, logger),
      dedupe,
      tuning: tuning ?? {},
      onCannotConsume,
    });
  }

  private deadLetters(): DeadLetterSink {
    const { connection, deadLetters, groupId, logger } = this.options;
    if (typeof deadLetters === 'object') return deadLetters;
    this.ownDeadLetters = new ConnectedDeadLetters(connection, deadLetters ?? deadLetterTopic(groupId), logger);
    return this.ownDeadLetters;
  }

  private routes(): Route[] {
    const routes = [...this.messageHandlers].map(([topic, handler]) => routeOf(topic, handler));
    if (routes.length === 0) throw new Error(`group ${this.options.groupId}: no method is marked with @Consumes`);
    return routes;
  }
}

function routeOf(topic: string, handler: MessageHandler): Route {
  if (handler.next !== undefined) {
    throw new Error(`${topic}: two handlers in one group, of which each would see all messages; join them into one`);
  }
  const metadata = consumesMetadata(handler);
  if (metadata === undefined) throw new Error(`${topic}: mark the handler with @Consumes, not with @EventPattern`);
  return {
    topic,
    contract: metadata.contract,
    tombstones: metadata.tombstones,
    timeoutMs: metadata.timeoutMs,
    handler: async (batch) => {
      const result: unknown = await handler(batch);
      // Nest's proxy answers a failure with a stream that fails.
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    },
  };
}

function consumesMetadata(handler: MessageHandler): ConsumesMetadata | undefined {
  return handler.extras?.[consumesKey] as ConsumesMetadata | undefined;
}
