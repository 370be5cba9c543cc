import { type Backoff } from '../backoff.js';
import { BatchAbortedError, RetryableError, codeOf } from '../errors.js';
import { delay } from '../time.js';
import { type BatchInFlight, type Policy, withMessages } from './policy.js';

export interface Retry {
  readonly topic: string;
  readonly partition: number;
  /** 1 = the first failure in a row; progress in between starts the count again. */
  readonly attempt: number;
  readonly code: string;
  readonly waitMs: number;
  readonly error: unknown;
}

export interface RetryOptions {
  readonly backoff: Backoff;
  readonly onRetry: (retry: Retry) => void;
}

/**
 * Hands the unsettled rest of a batch over again until all of it is settled. Errors of every kind are repeated, a
 * TypeError too: only a PoisonMessageError says that time will not help, and that one is caught further in.
 * Ends early, by BatchAbortedError, when the batch is aborted or the consumer drains.
 */
export function retry<T>({ backoff, onRetry }: RetryOptions): Policy<T> {
  return (next) => async (batch) => {
    for (let attempt = 1; ; attempt++) {
      const settledBefore = batch.progress.settledCount;
      try {
        const messages = batch.progress.remaining(batch.messages);
        if (messages.length > 0) await next(withMessages(batch, messages));
        return;
      } catch (error) {
        if (error instanceof RetryableError) batch.progress.settleThrough(error.handledThroughOffset);
        refuseIfOver(batch, error);
        if (batch.progress.settledCount > settledBefore) attempt = 1;
        const atLeastMs = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0;
        const waitMs = Math.max(atLeastMs, backoff(attempt));
        onRetry({ topic: batch.topic, partition: batch.partition, attempt, code: codeOf(error), waitMs, error });
        await batch.checkpoint();
        if (!(await delay(waitMs, batch.signal, batch.draining))) refuseIfOver(batch, error);
      }
    }
  };
}

function refuseIfOver(batch: BatchInFlight<unknown>, cause: unknown): void {
  if (batch.signal.aborted) throw new BatchAbortedError('the batch was aborted', cause);
  if (batch.draining.aborted) throw new BatchAbortedError('the consumer is stopping', cause);
}
