import { Controller } from '@nestjs/common';
import { calls, type CallEvent } from '@perezvon/contracts';
import { Consumes, PoisonMessageError, type MessageBatch, type PoisonedMessage } from '@perezvon/kafka';
import { GroupCommit, isRetryable } from '@perezvon/postgres';
import { AdvanceCalls } from './advance-calls.js';

/** One commit works while the other waits for Postgres: docs/measurements/routing-profile.md. */
const TOGETHER = { maxItems: 1_000, atOnce: 2 };

/** `calls.v1` → facts, decision, commands. */
@Controller()
export class CallsConsumer {
  private readonly together = new GroupCommit<CallEvent>((events) => this.advanceCalls.withEvents(events), TOGETHER);

  constructor(private readonly advanceCalls: AdvanceCalls) {}

  @Consumes(calls)
  async handle(batch: MessageBatch<CallEvent>): Promise<void> {
    try {
      await this.together.add(batch.messages.map((message) => message.value));
    } catch (error) {
      if (isRetryable(error)) throw error;
      await this.oneByOne(batch);
    }
  }

  /** One event that can never be handled must not stop its partition: it is parked, its neighbours go on. */
  private async oneByOne(batch: MessageBatch<CallEvent>): Promise<void> {
    const poisoned: PoisonedMessage[] = [];
    for (const { value, offset } of batch.messages) {
      batch.signal.throwIfAborted();
      try {
        await this.advanceCalls.withEvents([value]);
      } catch (error) {
        if (isRetryable(error)) throw error;
        poisoned.push({ offset, code: 'cannot_be_decided', reason: nameOf(error) });
      }
    }
    const [first, ...also] = poisoned;
    if (first) throw new PoisonMessageError(first.offset, first.code, first.reason, { also });
  }
}

/** The kind of the failure; its message may quote the event. */
const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'unknown error');
