import type { CancelCommand, CrmCommand, EffectCommand, LookupCommand } from '@perezvon/contracts';
import { inTransaction } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';
import type { ClientStore } from './clients/client-store.js';
import { wake } from './lanes/wake.js';
import type { PostgresClock } from './lanes/postgres-clock.js';
import type { Ledger } from './ledger/ledger.js';
import { storeCancels } from './ledger/store-cancels.js';
import { storeWishes } from './ledger/store-wishes.js';

/**
 * crm.commands.v1 → rows, and nothing else: amoCRM is never called here, so no portal can hold up the topic (design.md
 * property 4). Idempotent: a batch may come again, whole or in part.
 */
export class TakeCommands {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: Ledger,
    private readonly clients: ClientStore,
    private readonly clock: PostgresClock,
    /** `allHaveLanes`: else something waits for its portal to be met. */
    private readonly onStored: (allHaveLanes: boolean) => void,
  ) {}

  async execute(commands: readonly CrmCommand[]): Promise<void> {
    const effects = commands.filter((command): command is EffectCommand => command.type === 'effect');
    const lookups = commands.filter((command): command is LookupCommand => command.type === 'lookup');
    const cancels = commands.filter((command): command is CancelCommand => command.type === 'cancel');
    const allHaveLanes = await inTransaction(this.dataSource, async (tx) => {
      const told = [
        ...(await storeWishes(tx, this.ledger, effects, this.clock.now())),
        ...(await this.clients.ask(tx, lookups)),
      ];
      await storeCancels(tx, this.ledger, cancels, this.clock.now());
      const lanes = new Set(told.filter((lane) => lane !== null));
      if (lanes.size > 0) await wake(tx, [...lanes]);
      return !told.includes(null);
    });
    this.onStored(allHaveLanes);
  }
}
