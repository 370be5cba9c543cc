import { inTransaction } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';
import { wake } from '../lanes/wake.js';

/**
 * Pipelines, users and task types are read again, in the lane's own budget. A stopped portal is asked at its probe's time
 * all the same: asking more often would prolong a block.
 */
export class RefreshPortal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly onStored: () => void,
  ) {}

  /** @returns whether there is such a portal */
  async execute(portalId: string): Promise<boolean> {
    const found = await inTransaction(this.dataSource, async (tx) => {
      const [rows]: [{ lane: string | null }[], number] = await tx.query(
        `update portal set check_at = clock_timestamp(), checked_until = null
          where portal_id = $1 and deleted_at is null and credentials_revision is not null returning lane`,
        [portalId],
      );
      await wake(
        tx,
        rows.flatMap((row) => row.lane ?? []),
      );
      return rows.length > 0;
    });
    this.onStored();
    return found;
  }
}
