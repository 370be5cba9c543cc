import { Controller } from '@nestjs/common';
import { rejectedCallEvents, type RejectedCallEvent } from '@perezvon/contracts';
import { Consumes, type MessageBatch } from '@perezvon/kafka';
import { RejectedEvents } from './rejected-events.js';

/** Keeps a searchable copy of what was refused; the doors only produce, so they work while Postgres is away. */
@Controller()
export class RejectedConsumer {
  constructor(private readonly rejectedEvents: RejectedEvents) {}

  @Consumes(rejectedCallEvents)
  async keep(batch: MessageBatch<RejectedCallEvent>): Promise<void> {
    const byId = new Map(batch.messages.map(({ value }) => [value.rejectedId, value]));
    await this.rejectedEvents.add([...byId.values()]);
  }
}
