import { Controller } from '@nestjs/common';
import { type Portal, portals } from '@perezvon/contracts';
import { Consumes, type MessageBatch, RetryableError } from '@perezvon/kafka';
import { isRetryable } from '@perezvon/postgres';
import { CrmCopies } from './crm-copies.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `crm.portals.v1` → Postgres. In the order of the partition, so that the last word on a portal is the newest. */
@Controller()
export class CrmPortalsConsumer {
  constructor(private readonly copies: CrmCopies) {}

  @Consumes(portals, { tombstones: true })
  async store(batch: MessageBatch<Portal | null>): Promise<void> {
    const last = new Map(batch.messages.map((message) => [message.key ?? message.value?.portalId, message.value]));
    const gone = [...last].flatMap(([key, value]) =>
      value === null && key !== undefined && uuid.test(key) ? [key] : [],
    );
    try {
      await this.copies.store([...last.values()].filter((copy) => copy !== null));
      await this.copies.remove(gone);
    } catch (error) {
      if (!isRetryable(error)) throw error;
      throw new RetryableError('portals could not be stored', { cause: error });
    }
  }
}
