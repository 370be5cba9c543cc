import { type Logger } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { OverdueCalls } from './overdue-calls.js';

const rowsAtOnce = 5_000;
const everyMs = 60 * 60 * 1_000;

/**
 * Forgets calls that are older than their account's setting says, or the platform's, and everything of accounts that were
 * deleted: messages of theirs may still arrive after the deletion. Then has a look at what is overdue. Life: start() →
 * stop(), each once. Any number of processes may clean at once.
 */
export class JournalCleaner {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly overdue: OverdueCalls;

  constructor(
    private readonly dataSource: DataSource,
    private readonly defaultDays: number,
    private readonly logger: Logger,
  ) {
    this.overdue = new OverdueCalls(dataSource);
  }

  start(): void {
    const run = (): void => {
      this.running = this.clean().catch((error: unknown) => {
        this.logger.warn({ err: error }, 'the journal could not be cleaned, the next run will');
      });
    };
    run();
    this.timer = setInterval(run, everyMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** In short statements, so that no reader of the topics waits long for a row. */
  async clean(): Promise<void> {
    const accounts: { account_id: string; keep_days: number }[] = await this.dataSource.query(
      `select account_id, case when deleted_at is null then coalesce(journal_retention_days, $1) else 0 end as keep_days
         from accounts`,
      [this.defaultDays],
    );
    let forgotten = 0;
    for (const { account_id: accountId, keep_days: keepDays } of accounts) {
      forgotten += await this.forget(accountId, keepDays);
    }
    await this.dataSource.query(
      'delete from seen_employees where account_id in (select account_id from accounts where deleted_at is not null)',
    );
    if (forgotten > 0) this.logger.info({ calls: forgotten }, 'old calls forgotten');
    await this.overdue.look();
  }

  /** Index journal_by_time. */
  private async forget(accountId: string, keepDays: number): Promise<number> {
    let forgotten = 0;
    for (let deleted = rowsAtOnce; deleted === rowsAtOnce; forgotten += deleted) {
      [, deleted] = await this.dataSource.query<[unknown, number]>(
        `delete from journal_calls where account_id = $1 and call_id in (
           select call_id from journal_calls
            where account_id = $1 and started_at < now() - $2 * interval '1 day'
            limit ${rowsAtOnce} for update skip locked)`,
        [accountId, keepDays],
      );
    }
    return forgotten;
  }
}
