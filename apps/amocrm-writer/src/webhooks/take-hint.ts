import { inTransaction } from '@perezvon/postgres';
import { isSameSecret, SourceLimiter } from '@perezvon/service';
import type { DataSource } from 'typeorm';
import { wake } from '../lanes/wake.js';

/** Far more than a portal's people change; a burst of an import collapses into one increment anyway. */
const perSecond = 50;
/** What a wrong portal's secret is compared with, so that its answer takes as long. */
const nobodysSecret = 'no portal has this secret';

/** `unknown`: no such portal, or not its secret. */
export type HintOutcome = 'taken' | 'unknown' | 'too_many';

/**
 * amoCRM says that cards or deals have changed. It is believed only so far as to look: hooks are unsigned, come late, twice
 * or never (amocrm-api.md §9.3). Twice is once here: however many come, the lane's next increment is one.
 */
export class TakeHint {
  private readonly limiter = new SourceLimiter(perSecond);

  constructor(
    private readonly dataSource: DataSource,
    private readonly onStored: () => void,
  ) {}

  /** @param fields of the form, such as `contacts[update][0][id]` */
  async execute(portalId: string, secret: string, fields: readonly string[]): Promise<HintOutcome> {
    const [row]: { webhook_secret: string | null; lane: string | null }[] = await this.dataSource.query(
      `select webhook_secret, lane from portal where portal_id::text = $1 and deleted_at is null`,
      [portalId.toLowerCase()],
    );
    const isProved = isSameSecret(secret, row?.webhook_secret ?? nobodysSecret);
    if (row?.webhook_secret == null || !isProved) return 'unknown';
    if (!this.limiter.tryTake(portalId, performance.now())) return 'too_many';
    const { lane } = row;
    if (lane === null || !fields.some((name) => /^(leads|contacts|companies)\[/.test(name))) return 'taken';
    await inTransaction(this.dataSource, async (tx) => {
      await tx.query(`update mirror set hinted_at = clock_timestamp() where lane = $1`, [lane]);
      await wake(tx, [lane]);
    });
    this.onStored();
    return 'taken';
  }
}
