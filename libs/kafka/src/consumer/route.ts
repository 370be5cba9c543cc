import { type Backoff } from '../backoff.js';
import { type DeadLetterSink } from '../dead-letter.js';
import { codeOf } from '../errors.js';
import { type Logger } from '../logger.js';
import { describeError } from '../mask.js';
import { type MessageBatch, type MessageContract } from '../message.js';
import { type ConsumerMetrics } from '../metrics.js';
import { type DedupeHook, dedupe } from '../policies/dedupe.js';
import { measure } from '../policies/measure.js';
import { park } from '../policies/park.js';
import { parse } from '../policies/parse.js';
import { type BatchInFlight, type Handle } from '../policies/policy.js';
import { retry } from '../policies/retry.js';
import { type HungHandlers, timeout } from '../policies/timeout.js';
import { trace } from '../policies/trace.js';

/** One topic and who handles it. */
export interface Route {
  readonly topic: string;
  /** Undefined: the handler takes the bytes. */
  readonly contract: Pick<MessageContract<unknown>, 'parse'> | undefined;
  readonly tombstones: boolean;
  /** Overrides the consumer's. */
  readonly timeoutMs: number | undefined;
  readonly handler: (batch: MessageBatch<unknown>) => Promise<void>;
}

export interface RoutePolicies {
  readonly groupId: string;
  readonly backoff: Backoff;
  readonly handlerTimeoutMs: number;
  readonly handlerGraceMs: number;
  readonly hung: HungHandlers;
  readonly deadLetters: DeadLetterSink;
  readonly dedupe: DedupeHook | undefined;
  readonly metrics: Required<ConsumerMetrics>;
  readonly logger: Logger;
}

/**
 * A route's handler inside its policies, outermost first. The order is their meaning: a retry repeats what failed within,
 * parking included; what a handler calls poison is parked before anything is retried; each attempt has its own time.
 */
export function handleOf(route: Route, policies: RoutePolicies): Handle<Buffer> {
  const { groupId, metrics, logger } = policies;
  const attempt: Handle<Buffer> =
    route.contract === undefined
      ? callHandler(route)
      : parse(route.contract, { tombstones: route.tombstones })(callHandler(route));
  const deduped = policies.dedupe === undefined ? attempt : dedupe(policies.dedupe)(attempt);
  const bounded = timeout<Buffer>({
    timeoutMs: route.timeoutMs ?? policies.handlerTimeoutMs,
    graceMs: policies.handlerGraceMs,
    hung: policies.hung,
  })(trace<Buffer>(groupId)(deduped));
  const parking = park({
    groupId,
    sink: policies.deadLetters,
    onParked: ({ topic, partition, offset, code, reason }) => {
      metrics.parked(topic, code);
      logger.error({ groupId, topic, partition, offset, code, reason }, 'a message was parked');
    },
  })(bounded);
  const retrying = retry<Buffer>({
    backoff: policies.backoff,
    onRetry: ({ topic, partition, attempt, code, waitMs, error }) => {
      metrics.retried(topic, code);
      const cause = error instanceof Error && error.cause !== undefined ? codeOf(error.cause) : undefined;
      logger.warn(
        { groupId, topic, partition, attempt, code, cause, waitMs, error: describeError(error) },
        'a batch failed and will be handed over again',
      );
    },
  })(parking);
  return measure<Buffer>(metrics)(retrying);
}

function callHandler(route: Route): (batch: BatchInFlight<unknown>) => Promise<void> {
  return ({ topic, partition, messages, signal }) => route.handler({ topic, partition, messages, signal });
}
