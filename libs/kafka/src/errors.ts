/**
 * Everything this library throws: a stable `code` to branch on, whether the same attempt may succeed later, and the cause.
 * The message is for people and holds no value of a Kafka message.
 */
export abstract class KafkaError extends Error {
  abstract readonly retryable: boolean;

  protected constructor(
    readonly code: string,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}

/** How far a handler came before it failed. */
export interface PartialProgress {
  /** All messages up to this offset, inclusive, are handled for good and must not be handed over again. */
  readonly handledThroughOffset?: string;
}

/** A handler's failure that time may heal: back off, then the same batch again from its first unhandled message. */
export class RetryableError extends KafkaError {
  override readonly retryable = true;
  readonly handledThroughOffset: string | undefined;
  /** At least this long a wait is known to be needed. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: PartialProgress & { code?: string; cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(options.code ?? 'retryable', message, options.cause);
    this.handledThroughOffset = options.handledThroughOffset;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A message that no later attempt can handle. */
export interface PoisonedMessage {
  readonly offset: string;
  /** Stable, snake_case; becomes the dead letter's reason code and a metric's label. */
  readonly code: string;
  /** For an operator; without values of the message. */
  readonly reason: string;
}

/** A handler's failure that belongs to single messages: park these, then go on with the others of the batch. */
export class PoisonMessageError extends KafkaError {
  override readonly retryable = false;
  readonly poisoned: readonly PoisonedMessage[];
  readonly handledThroughOffset: string | undefined;

  constructor(
    message: string | { readonly offset: string },
    code: string,
    reason: string = code,
    options: PartialProgress & { cause?: unknown; also?: readonly PoisonedMessage[] } = {},
  ) {
    super(code, reason, options.cause);
    const offset = typeof message === 'string' ? message : message.offset;
    this.poisoned = [{ offset, code, reason }, ...(options.also ?? [])];
    this.handledThroughOffset = options.handledThroughOffset;
  }
}

/** The handler did not finish in its time; its signal was aborted and it has ended since. */
export class HandlerTimeoutError extends KafkaError {
  override readonly retryable = true;

  constructor(timeoutMs: number, cause?: unknown) {
    super('handler_timeout', `the handler did not finish within ${String(timeoutMs)} ms`, cause);
  }
}

/** Work on a batch ended early because of a rebalance or a stop. Never an operator's concern. */
export class BatchAbortedError extends KafkaError {
  override readonly retryable = true;

  constructor(reason: string, cause?: unknown) {
    super('batch_aborted', reason, cause);
  }
}

/** This process has not been able to consume for longer than it may. */
export class CannotConsumeError extends KafkaError {
  override readonly retryable = false;

  constructor(reason: string, cause?: unknown) {
    super('cannot_consume', reason, cause);
  }
}

/** Records that were not (known to be) written. */
export class ProduceError extends KafkaError {
  constructor(
    code: 'produce_timeout' | 'produce_refused' | 'producer_closed',
    message: string,
    /** False: the same records will be refused again. */
    override readonly retryable: boolean,
    /** True: a request was sent and its answer is not known, so some of the records may be in the topic. */
    readonly inDoubt: boolean,
    cause?: unknown,
  ) {
    super(code, message, cause);
  }
}

/** The code to log and count by: our own code, a driver's `code`, Kafka's error `type`, or the class. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return error.name;
}
