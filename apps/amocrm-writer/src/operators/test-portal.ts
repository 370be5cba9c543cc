import { setTimeout as sleep } from 'node:timers/promises';
import { connectionTest, type ConnectionTest } from '@perezvon/contracts';
import { inTransaction } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';
import { wake } from '../lanes/wake.js';
import type { PortalStore } from '../portals/portal-store.js';

/** A turn and its pause at the hand-over end in this time; a lane that amoCRM has told to wait does not. */
const deadlineMs = 15_000;
const lookEveryMs = 100;

/**
 * The connection as it is now. It is asked by whoever serves the lane and in its budget, so that a test never makes calls
 * wait or a second see more than amoCRM allows; a blocked account is not asked at all.
 */
export class TestPortal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly portals: PortalStore,
    private readonly onStored: () => void,
  ) {}

  /** null: no such portal. */
  async execute(portalId: string): Promise<ConnectionTest | null> {
    const portal = await this.portals.byId(portalId);
    if (portal === null) return null;
    if (portal.stop?.reason === 'blocked') return notMade('blocked');
    await this.ask(portalId);
    const end = performance.now() + deadlineMs;
    while (performance.now() < end) {
      const [row]: { test: unknown }[] = await this.dataSource.query(
        `select test from portal where portal_id = $1 and test_asked_at is null and test is not null`,
        [portalId],
      );
      if (row !== undefined) return connectionTest.parse(row.test);
      await sleep(lookEveryMs);
    }
    const now = await this.portals.byId(portalId);
    return notMade(now?.stop?.reason ?? 'lane_busy');
  }

  /** A portal that was never met is met first; that its lane is known afterwards wakes the test. */
  private async ask(portalId: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const [rows]: [{ lane: string | null }[], number] = await tx.query(
        `update portal set test_asked_at = clock_timestamp(), test = null,
                check_at = case when lane is null then clock_timestamp() else check_at end,
                stop_until = case when lane is null and stop_reason is not null then clock_timestamp() else stop_until end
          where portal_id = $1 returning lane`,
        [portalId],
      );
      await wake(
        tx,
        rows.flatMap((row) => row.lane ?? []),
      );
    });
    this.onStored();
  }
}

const notMade = (reason: string): ConnectionTest => ({ checks: [{ code: 'token', outcome: 'failed', reason }] });
