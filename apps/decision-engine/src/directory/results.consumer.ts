import { Controller } from '@nestjs/common';
import { results, type CrmResult } from '@perezvon/contracts';
import { Consumes, type MessageBatch } from '@perezvon/kafka';
import { inTransaction } from '@perezvon/postgres';
import { DataSource } from 'typeorm';
import { settleCreations } from './client-directory.js';

/** A promised contact that is settled is promised no longer: it stands in the directory, or it never will. */
const SETTLED: ReadonlySet<CrmResult['state']> = new Set(['done', 'skipped', 'discarded']);

/** `crm.results.v1` → pending creations (R5). A parked contact stays promised: an operator may still retry it. */
@Controller()
export class ResultsConsumer {
  constructor(private readonly dataSource: DataSource) {}

  @Consumes(results)
  async handle(batch: MessageBatch<CrmResult>): Promise<void> {
    const settled = batch.messages
      .map((message) => message.value)
      .filter((result) => result.effect === 'contact' && SETTLED.has(result.state));
    await inTransaction(this.dataSource, (tx) =>
      settleCreations(
        tx,
        settled.map((result) => result.callId),
      ),
    );
  }
}
