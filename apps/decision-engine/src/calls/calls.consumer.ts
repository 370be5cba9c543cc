import { Controller } from '@nestjs/common';
import { calls, type CallEvent } from '@perezvon/contracts';
import { Consumes, type MessageBatch } from '@perezvon/kafka';
import { AdvanceCalls } from './advance-calls.js';

/** `calls.v1` → facts, decision, commands. */
@Controller()
export class CallsConsumer {
  constructor(private readonly advanceCalls: AdvanceCalls) {}

  @Consumes(calls)
  async handle(batch: MessageBatch<CallEvent>): Promise<void> {
    await this.advanceCalls.withEvents(batch.messages.map((message) => message.value));
  }
}
