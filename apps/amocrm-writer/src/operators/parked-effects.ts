import type { ParkedEffects } from '@perezvon/contracts';
import type { DataSource } from 'typeorm';

/** What waits for a person in a whole account, also of portals that are gone. */
export class ParkedEffectsQuery {
  constructor(private readonly dataSource: DataSource) {}

  /** By reason. Index: effect_unsettled. */
  async of(accountId: string): Promise<ParkedEffects> {
    const rows: { reason: string; count: number; oldest: Date }[] = await this.dataSource.query(
      `select coalesce(reason, '') as reason, count(*)::int as count, min(created_at) as oldest from effect
        where account_id = $1 and state = 'parked' group by 1 order by 1`,
      [accountId],
    );
    return rows.map(({ oldest, ...row }) => ({ ...row, oldestAt: oldest.toISOString() }));
  }
}
