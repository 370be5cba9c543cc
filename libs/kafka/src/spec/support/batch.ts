import { BatchProgress } from '../../consumer/batch-progress.js';
import { type IncomingMessage, incomingMessages } from '../../incoming-message.js';
import { type BatchInFlight } from '../../policies/policy.js';

export interface SpecBatch extends BatchInFlight<Buffer> {
  readonly abort: (reason?: unknown) => void;
  readonly drain: () => void;
  /** settledThrough at each checkpoint. */
  readonly checkpoints: (string | undefined)[];
}

/** A batch of these values at offsets 10, 11, … of t/0, outside of any broker. */
export function batchOf(
  values: readonly (string | null)[],
  headers: readonly Record<string, string>[] = [],
): SpecBatch {
  const messages: IncomingMessage<Buffer>[] = incomingMessages(
    values.map((value, index) => ({
      key: Buffer.from(`key-${String(index)}`),
      value: value === null ? null : Buffer.from(value),
      timestamp: '1700000000000',
      attributes: 0,
      offset: String(10 + index),
      ...(headers[index] === undefined ? {} : { headers: headers[index] }),
    })),
    0,
  );
  const progress = new BatchProgress(messages);
  const aborting = new AbortController();
  const draining = new AbortController();
  const checkpoints: (string | undefined)[] = [];
  return {
    topic: 't',
    partition: 0,
    messages,
    progress,
    signal: aborting.signal,
    draining: draining.signal,
    checkpoint: () => {
      checkpoints.push(progress.settledThrough);
      return Promise.resolve();
    },
    checkpoints,
    abort: (reason) => aborting.abort(reason),
    drain: () => draining.abort(),
  };
}

export function offsetsOf(batch: { readonly messages: readonly { readonly offset: string }[] }): string[] {
  return batch.messages.map(({ offset }) => offset);
}
