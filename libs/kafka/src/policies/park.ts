import { type DeadLetter, type DeadLetterSink } from '../dead-letter.js';
import { PoisonMessageError, type PoisonedMessage, RetryableError } from '../errors.js';
import { type IncomingMessage } from '../incoming-message.js';
import { maskPhones } from '../mask.js';
import { type BatchInFlight, type Policy, withMessages } from './policy.js';

export interface ParkOptions {
  readonly groupId: string;
  readonly sink: DeadLetterSink;
  readonly onParked: (letter: DeadLetter) => void;
}

/**
 * Writes the messages that a PoisonMessageError names to the dead letters and goes on with the others. A message counts
 * as settled only after its dead letter is written: when that fails, the whole is repeated and nothing is skipped. A crash
 * in between parks twice; a dead letter's topic, partition and offset tell such twins.
 */
export function park({ groupId, sink, onParked }: ParkOptions): Policy<Buffer> {
  return (next) => async (batch) => {
    for (;;) {
      const messages = batch.progress.remaining(batch.messages);
      if (messages.length === 0) return;
      try {
        await next(withMessages(batch, messages));
        return;
      } catch (error) {
        if (!(error instanceof PoisonMessageError)) throw error;
        batch.progress.settleThrough(error.handledThroughOffset);
        const letters = error.poisoned.map((poisoned) => deadLetter(groupId, batch, messages, poisoned));
        await write(sink, letters);
        for (const letter of letters) {
          batch.progress.settle(letter.offset);
          onParked(letter);
        }
      }
    }
  };
}

async function write(sink: DeadLetterSink, letters: readonly DeadLetter[]): Promise<void> {
  try {
    await sink.park(letters);
  } catch (cause) {
    throw new RetryableError('the dead letters could not be written', { code: 'parking_failed', cause });
  }
}

function deadLetter(
  groupId: string,
  batch: BatchInFlight<Buffer>,
  messages: readonly IncomingMessage<Buffer>[],
  { offset, code, reason }: PoisonedMessage,
): DeadLetter {
  const message = messages.find((candidate) => candidate.offset === offset);
  if (message === undefined) {
    // The handler named a message that it was not given. Parking another one, or none, would lose something.
    throw new RetryableError(`offset ${offset} is called poison but was not handed over`, { code: 'unknown_poison' });
  }
  return {
    groupId,
    topic: batch.topic,
    partition: batch.partition,
    offset,
    timestampMs: message.timestampMs,
    key: message.record.key,
    value: message.record.value,
    headers: message.record.headers ?? {},
    code,
    reason: maskPhones(reason),
  };
}
