import { Controller } from '@nestjs/common';
import { pbxCallEvents, settings, type Settings } from '@perezvon/contracts';
import { Consumes, ConsumesRaw, type MessageBatch } from '@perezvon/kafka';
import { DataSource } from 'typeorm';
import { AccountDirectory } from '../accounts/account-directory.js';
import { type AccountVersion, upsertAccounts } from '../accounts/account-statements.js';
import { holdDeliveries, UNKNOWN_ACCOUNT_WAIT_MS } from '../held/held-deliveries.js';
import { IngestMetrics } from '../ingest-metrics.js';
import { takeKafkaBatch } from '../intake/take.js';
import { IntakeProducer } from './intake-producer.js';

const PRODUCE_TIMEOUT_MS = 30_000;

/** Offsets move when these resolve: then every event of the batch is in `calls.v1`, rejected, or held in Postgres. */
@Controller()
export class KafkaDoor {
  constructor(
    private readonly directory: AccountDirectory,
    private readonly producer: IntakeProducer,
    private readonly dataSource: DataSource,
    private readonly metrics: IngestMetrics,
  ) {}

  @ConsumesRaw(pbxCallEvents.topic)
  async takeEvents(batch: MessageBatch<Buffer>): Promise<void> {
    const intake = takeKafkaBatch(batch, { nowMs: Date.now(), knowsAccount: this.directory.knows });
    // First what can be repeated without anybody seeing it: while Postgres is away, each retry would produce all again.
    await holdDeliveries(this.dataSource, 'unknown_account', intake.unknownAccount, UNKNOWN_ACCOUNT_WAIT_MS);
    await this.producer.store(intake, PRODUCE_TIMEOUT_MS);
    this.metrics.took('kafka', intake, 'produced');
  }

  @Consumes(settings, { tombstones: true })
  async learnSettings(batch: MessageBatch<Settings | null>): Promise<void> {
    const newest = new Map<string, AccountVersion>();
    for (const { key, value } of batch.messages) {
      if (value !== null) newest.set(value.accountId, { ...value, sources: value.sources });
      else if (key !== null) newest.set(key, { accountId: key, version: 0, sources: null });
    }
    await upsertAccounts(this.dataSource, [...newest.values()]);
    await this.directory.refresh();
  }
}
