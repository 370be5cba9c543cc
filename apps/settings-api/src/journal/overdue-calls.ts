import { type DataSource } from 'typeorm';
import { longestSilenceMs } from './journal-call.js';
import { JournalStore } from './journal-store.js';

const callsAtOnce = 500;

/**
 * Looks again at calls that stand as in progress and should be over: time alone has changed what is true of them, or an
 * earlier version had judged them. What the list shows is judged as it is read; this is for the search, which goes by
 * the state that was stored.
 */
export class OverdueCalls {
  private readonly store: JournalStore;

  constructor(private readonly dataSource: DataSource) {
    this.store = new JournalStore(dataSource);
  }

  async look(): Promise<void> {
    const accounts: { account_id: string }[] = await this.dataSource.query(
      'select account_id from accounts where deleted_at is null',
    );
    for (const { account_id: accountId } of accounts) await this.lookAt(accountId);
  }

  /** Oldest first. Index journal_by_state. */
  private async lookAt(accountId: string): Promise<void> {
    const before = new Date(Date.now() - longestSilenceMs);
    let last: { started_at: Date; call_id: string } | undefined;
    do {
      const calls: { started_at: Date; call_id: string }[] = await this.dataSource.query(
        `select started_at, call_id from journal_calls
          where account_id = $1 and state = 'in_progress' and started_at < $2
            and (started_at, call_id) > ($3::timestamptz, $4::uuid)
          order by started_at, call_id limit ${callsAtOnce}`,
        [accountId, before, last?.started_at ?? '-infinity', last?.call_id ?? '00000000-0000-0000-0000-000000000000'],
      );
      await this.store.judge(
        accountId,
        calls.map((call) => call.call_id),
      );
      last = calls.length === callsAtOnce ? calls.at(-1) : undefined;
    } while (last !== undefined);
  }
}
