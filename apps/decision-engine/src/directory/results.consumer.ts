import { Controller } from '@nestjs/common';
import { results, type CrmResult } from '@perezvon/contracts';
import { Consumes, type MessageBatch } from '@perezvon/kafka';
import { inTransaction } from '@perezvon/postgres';
import { DataSource } from 'typeorm';
import { rememberUnseen, settleCreations } from './client-directory.js';

/**
 * A promised contact that is settled is promised no longer: it stands in the directory, or it never will. So is a parked
 * one: it may wait for a person for weeks, and the client's next calls must find out for themselves meanwhile. If it is
 * tried again after all, it finds what they have made.
 */
const SETTLED: ReadonlySet<CrmResult['state']> = new Set(['done', 'skipped', 'parked', 'discarded']);

/** `crm.results.v1` → pending creations settled, clients with a card that the directory may not have seen remembered (R5). */
@Controller()
export class ResultsConsumer {
  constructor(private readonly dataSource: DataSource) {}

  @Consumes(results)
  async handle(batch: MessageBatch<CrmResult>): Promise<void> {
    const all = batch.messages.map((message) => message.value);
    const settled = all.filter((result) => result.effect === 'contact' && SETTLED.has(result.state));
    // The contact's card comes on another topic, maybe later than this.
    const unseen = all.flatMap(({ effect, state, lane, phone }) =>
      (effect === 'unsorted' || effect === 'contact') && state === 'done' && phone !== null ? [{ lane, phone }] : [],
    );
    await inTransaction(this.dataSource, async (tx) => {
      await settleCreations(
        tx,
        settled.map((result) => result.callId),
      );
      await rememberUnseen(tx, unseen);
    });
  }
}
