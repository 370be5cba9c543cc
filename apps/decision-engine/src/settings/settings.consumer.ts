import { Controller } from '@nestjs/common';
import { settings, type Settings } from '@perezvon/contracts';
import { Consumes, type MessageBatch } from '@perezvon/kafka';
import { inTransaction } from '@perezvon/postgres';
import { DataSource } from 'typeorm';
import { CallsToWake } from '../calls/calls-to-wake.js';
import { WakeCalls } from '../calls/wake-calls.js';
import { deleteAccounts, storeSettings } from './account-settings.js';

/** `settings.v1` → versions by account, then the calls that came before their account's settings. */
@Controller()
export class SettingsConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly callsToWake: CallsToWake,
    private readonly wakeCalls: WakeCalls,
  ) {}

  @Consumes(settings, { tombstones: true })
  async handle(batch: MessageBatch<Settings | null>): Promise<void> {
    const documents = batch.messages.map((message) => message.value).filter((document) => document !== null);
    const deleted = deletedIn(batch);
    await inTransaction(this.dataSource, async (tx) => {
      await storeSettings(tx, documents);
      await deleteAccounts(tx, deleted);
    });
    const changed = [...documents.map((document) => document.accountId), ...deleted];
    await this.wakeCalls.all(await this.callsToWake.forSettings(changed));
  }
}

/** Accounts whose newest message in the batch is a tombstone. */
function deletedIn(batch: MessageBatch<Settings | null>): string[] {
  const newest = new Map(batch.messages.map((message) => [message.key, message.value]));
  return [...newest].flatMap(([key, value]) => (value === null && key !== null ? [key] : []));
}
