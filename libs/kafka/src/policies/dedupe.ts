import { type MessageBatch } from '../message.js';
import { type Policy, withMessages } from './policy.js';

/** Says which messages of a batch are known to be handled already, by offset. */
export type DedupeHook = (batch: MessageBatch<Buffer>) => Promise<ReadonlySet<string>>;

/** Settles the messages that the hook knows, so that the handler does not see them. */
export function dedupe(alreadyHandled: DedupeHook): Policy<Buffer> {
  return (next) => async (batch) => {
    const known = await alreadyHandled(batch);
    if (known.size === 0) return next(batch);
    const fresh = batch.messages.filter(({ offset }) => !known.has(offset));
    for (const { offset } of batch.messages) if (known.has(offset)) batch.progress.settle(offset);
    if (fresh.length > 0) await next(withMessages(batch, fresh));
  };
}
