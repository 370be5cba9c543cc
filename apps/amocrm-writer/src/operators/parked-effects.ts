import type { ParkedEffects } from '@perezvon/contracts';
import type { DataSource } from 'typeorm';
import { isUnsettled } from '../ledger/sql/unsettled.js';

/** What waits for a person in a whole account, also of portals that are gone. */
export class ParkedEffectsQuery {
  constructor(private readonly dataSource: DataSource) {}

  /** By reason. Index: effect_unsettled. */
  async of(accountId: string): Promise<ParkedEffects> {
    const rows: { reason: string; count: number; oldest: Date }[] = await this.dataSource.query(
      `select coalesce(reason, '') as reason, count(*)::int as count, min(created_at) as oldest from effect e
        where account_id = $1 and state = 'parked' and ${isUnsettled} group by 1 order by 1`,
      [accountId],
    );
    return rows.map(({ oldest, ...row }) => ({ ...row, oldestAt: oldest.toISOString() }));
  }
}
