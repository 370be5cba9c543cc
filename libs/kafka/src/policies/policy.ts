import { type BatchProgress } from '../consumer/batch-progress.js';
import { type IncomingMessage } from '../incoming-message.js';

/** A batch on its way through the policies to the handler. */
export interface BatchInFlight<T> {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly IncomingMessage<T>[];
  /** See MessageBatch.signal. */
  readonly signal: AbortSignal;
  /** Aborts when the consumer is stopping: let what runs come to its end, begin and await nothing new. */
  readonly draining: AbortSignal;
  readonly progress: BatchProgress;
  /** Moves the group's offset as far as the progress allows. */
  checkpoint(): Promise<void>;
}

export type Handle<T> = (batch: BatchInFlight<T>) => Promise<void>;

/**
 * One concern around the handling of a batch. Contract: resolves when each message is settled (handled, parked, known
 * to be done before); throws when some are not, having noted in `batch.progress` which are.
 */
export type Policy<In, Out = In> = (next: Handle<Out>) => Handle<In>;

export function withMessages<In, Out>(
  batch: BatchInFlight<In>,
  messages: readonly IncomingMessage<Out>[],
): BatchInFlight<Out> {
  return { ...batch, messages };
}
