import { setTimeout as sleep } from 'node:timers/promises';
import type { PortalLeave } from '@perezvon/contracts';
import { inTransaction } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';
import { wake } from '../lanes/wake.js';
import type { WriterLog } from '../lanes/writer-log.js';

/** Whoever deletes a portal waits for this; amoCRM then still has its hook, which finds nobody (404) until it is switched off. */
const deadlineMs = 4_000;
const lookEveryMs = 50;

/**
 * Takes our hooks away from a portal that is being deleted, as long as it has a token (design.md, Life cycle). Asked by
 * whoever serves the lane and in its budget, once: a stopped portal is not asked at all.
 */
export class LeavePortal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: WriterLog,
    private readonly onStored: () => void,
  ) {}

  /** null: no such portal. May come before or after the settings that delete it. */
  async execute(portalId: string): Promise<PortalLeave | null> {
    const asked = await this.ask(portalId);
    if (asked === null) return null;
    const left = asked === 'asked' ? await this.end(portalId) : asked;
    const fields = { portalId, hooks: left.hooks, reason: left.reason };
    if (left.hooks === 'kept') this.log.warn(fields, 'hooks of a deleted portal stay at amoCRM');
    else this.log.info(fields, 'a deleted portal has no hooks at amoCRM');
    return left;
  }

  private async ask(portalId: string): Promise<PortalLeave | 'asked' | null> {
    return inTransaction(this.dataSource, async (tx) => {
      const [row]: { lane: string | null; stop_reason: string | null; has_hook: boolean }[] = await tx.query(
        `select lane, stop_reason, webhook_secret is not null as has_hook from portal where portal_id = $1 for update`,
        [portalId],
      );
      if (row === undefined) return null;
      if (row.lane === null || !row.has_hook) return { hooks: 'none', reason: null };
      if (row.stop_reason !== null) return { hooks: 'kept', reason: row.stop_reason };
      await tx.query(
        `update portal set leave_asked_at = clock_timestamp(), leave_reason = 'lane_busy' where portal_id = $1`,
        [portalId],
      );
      await wake(tx, [row.lane]);
      return 'asked';
    });
  }

  private async end(portalId: string): Promise<PortalLeave> {
    this.onStored();
    const end = performance.now() + deadlineMs;
    for (;;) {
      const isLast = performance.now() > end;
      const [row]: { is_asked: boolean; leave_reason: string | null }[] = await this.dataSource.query(
        isLast
          ? // Nobody waits any more, and the token is about to go.
            `with was as (select leave_asked_at is not null as is_asked, leave_reason from portal where portal_id = $1),
                  now as (update portal set leave_asked_at = null where portal_id = $1)
             select * from was`
          : `select leave_asked_at is not null as is_asked, leave_reason from portal where portal_id = $1`,
        [portalId],
      );
      if (row === undefined) return { hooks: 'none', reason: null };
      if (!row.is_asked || isLast) {
        return row.leave_reason === null
          ? { hooks: 'removed', reason: null }
          : { hooks: 'kept', reason: row.leave_reason };
      }
      await sleep(lookEveryMs);
    }
  }
}
