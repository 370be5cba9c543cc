import { NotFoundException } from '@nestjs/common';
import { type DataSource } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';

/**
 * Fewer than topics, dedupe and late results can still speak of a call (design.md, Topics: an event may be 30 days old, an
 * effect waits as long) would let a forgotten call come back without its beginning.
 */
export const leastDays = 30;
export const mostDays = 3_650;

export interface Retention {
  /** After which a call is forgotten, by the day on which it began. */
  readonly days: number;
  /** The account's own wish; null: it follows the platform. */
  readonly ownDays: number | null;
  /** JOURNAL_RETENTION_DAYS. */
  readonly defaultDays: number;
  readonly leastDays: number;
  readonly mostDays: number;
}

/** How long an account's calls are kept. `JournalCleaner` obeys within the hour; what was forgotten does not come back. */
export class JournalRetention {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
    private readonly defaultDays: number,
  ) {}

  /** @throws NotFoundException when there is no such account */
  async get(accountId: string): Promise<Retention> {
    const rows: { own_days: number | null }[] = await this.dataSource.query(
      'select journal_retention_days as own_days from accounts where account_id = $1 and deleted_at is null',
      [accountId],
    );
    if (rows[0] === undefined) throw new NotFoundException();
    const { own_days: ownDays } = rows[0];
    const { defaultDays } = this;
    return { days: ownDays ?? defaultDays, ownDays, defaultDays, leastDays, mostDays };
  }

  /**
   * @param days null: as the platform
   * @throws NotFoundException when there is no such account
   */
  async put(accountId: string, days: number | null): Promise<Retention> {
    await this.changes.changeAside(accountId, 'journal_retention_changed', async (tx) => {
      await tx.query('update accounts set journal_retention_days = $2 where account_id = $1', [accountId, days]);
      return { result: undefined, subject: String(days ?? this.defaultDays) };
    });
    return this.get(accountId);
  }
}
