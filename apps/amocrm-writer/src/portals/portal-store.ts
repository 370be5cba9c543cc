import type { ConnectionTest, Reason } from '@perezvon/contracts';
import { inTransaction } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { wake } from '../lanes/wake.js';
import { type Directory, hasSameAccess, portalColumns, portalOf, type PortalRow, type StoredPortal } from './portal.js';
import { newlyBroken, stillBroken } from './broken-rules.js';
import { tellPortals } from './portal-message.js';
import {
  holdsForLane,
  isKnown,
  probeAt,
  stopsOfWritesAlone,
  usualProbePauses,
  type ProbePauses,
  type Stopping,
} from './portal-stop.js';

/** A laneless portal is checked by one writer at a time; a writer that died over it is not waited for longer. */
const checkMs = 30_000;

/** What amoCRM said of each portal, and whether it may be asked at all; `applySettings` owns what settings say of it. */
export class PortalStore {
  constructor(
    private readonly dataSource: DataSource,
    /** Something was committed to the outbox. */
    private readonly onNews: () => void,
    private readonly probes: ProbePauses = usualProbePauses,
  ) {}

  /** Portals of a lane that are not deleted, or not yet left. */
  async ofLane(lane: string): Promise<PortalRow[]> {
    const rows: StoredPortal[] = await this.dataSource.query(
      `select ${portalColumns} from portal p
        where p.lane = $1 and (p.deleted_at is null or p.leave_asked_at is not null) order by p.portal_id`,
      [lane],
    );
    return rows.map(portalOf);
  }

  async byId(portalId: string): Promise<PortalRow | null> {
    const rows: StoredPortal[] = await this.dataSource.query(
      `select ${portalColumns} from portal p where p.portal_id = $1 and p.deleted_at is null`,
      [portalId],
    );
    return rows.map(portalOf).at(0) ?? null;
  }

  /** Portals whose lane is not known yet and whose check is due; for this writer for a while. Index: portal_laneless. */
  async takeLaneless(limit: number): Promise<PortalRow[]> {
    const [rows]: [StoredPortal[], number] = await this.dataSource.query(
      `update portal p set checked_until = clock_timestamp() + ${checkMs} * interval '1 millisecond'
        where p.portal_id in (
          select portal_id from portal
           where lane is null and deleted_at is null
             and case when stop_reason is null then check_at else stop_until end <= statement_timestamp()
             and (checked_until is null or checked_until <= statement_timestamp())
           order by check_at limit $1 for update skip locked)
       returning ${portalColumns}`,
      [limit],
    );
    return rows.map(portalOf);
  }

  /**
   * `GET /account` answered: from now on the portal's effects and questions have a lane. Not if a person has given it
   * another address or other credentials meanwhile: it is met anew by those.
   */
  async joinLane({ portalId, url, credentialsRevision }: PortalRow, lane: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      // Our one request to learn the account was outside of any lane: its first holder keeps away from it.
      await tx.query(`insert into lane (lane, freed_at) values ($1, clock_timestamp()) on conflict (lane) do nothing`, [
        lane,
      ]);
      const [joined]: [unknown[], number] = await tx.query(
        `update portal set lane = $2, checked_until = null, unreached_reason = null, unreached_since = null
          where portal_id = $1 and url = $3 and credentials_revision is not distinct from $4::int returning portal_id`,
        [portalId, lane, url, credentialsRevision],
      );
      if (joined.length === 0) {
        await tx.query(`update portal set checked_until = null where portal_id = $1`, [portalId]);
        return;
      }
      await tx.query(laneOfWork('effect'), [portalId, lane]);
      await tx.query(laneOfWork('lookup'), [portalId, lane]);
      await wake(tx, [lane]);
    });
  }

  /**
   * The portal answered and was read: what stopped it before is over. A stop that was met meanwhile is not, and what other
   * credentials may do is not known yet.
   */
  async saveDirectory(portal: PortalRow, directory: Directory, now: number): Promise<void> {
    const { stop } = portal;
    await this.change(portal.portalId, now, async (tx) => {
      await tx.query(
        `update portal set directory = $2, directory_read_at = to_timestamp($3::float8 / 1000), broken_rules = $4,
                check_at = case when url = $5 and credentials_revision is not distinct from $6::int then null else check_at end,
                unreached_reason = null, unreached_since = null
          where portal_id = $1`,
        [
          portal.portalId,
          JSON.stringify(directory),
          now,
          JSON.stringify(stillBroken(portal.brokenRules, directory)),
          portal.url,
          portal.credentialsRevision,
        ],
      );
      if (stop === null) return;
      await tx.query(
        `update portal
            set lifted_reason = case when stop_reason = any($4) then stop_reason end,
                lifted_since = stop_since, lifted_count = stop_count,
                stop_reason = null, stop_cause = null, stop_since = null, stop_until = null, stop_count = 0
          where portal_id = $1 and stop_reason = $2 and stop_count = $3`,
        [portal.portalId, stop.reason, stop.count, stopsOfWritesAlone],
      );
    });
  }

  /** Nothing is sent to the portal until its probe is answered; to a whole lane where the reason is the account's. */
  async stop(portal: PortalRow, stopping: Stopping, now: number): Promise<void> {
    const lane = holdsForLane(stopping.reason) ? portal.lane : null;
    const affected: { portal_id: string }[] = await this.dataSource.query(
      `select portal_id from portal where (portal_id = $1 or lane = $2) and deleted_at is null order by portal_id`,
      [portal.portalId, lane],
    );
    for (const { portal_id: portalId } of affected) {
      await this.change(portalId, now, async (tx) => {
        const rows: StoredPortal[] = await tx.query(
          `select ${portalColumns} from portal p where p.portal_id = $1 for update`,
          [portalId],
        );
        const [own] = rows.map(portalOf);
        // A refusal of former credentials says nothing of those that the portal has by now.
        const isOutdated = lane === null && own !== undefined && !hasSameAccess(own, portal);
        if (own === undefined || isOutdated || isKnown(own.stop, stopping, now)) return false;
        await this.saveStop(tx, own, stopping, now);
        return true;
      });
    }
  }

  private async saveStop(
    tx: EntityManager,
    { portalId, stop, lifted }: PortalRow,
    { reason, afterMs = 0, isHearsay = false, cause = null }: Stopping,
    now: number,
  ): Promise<void> {
    const known = stop?.reason === reason ? stop : lifted?.reason === reason ? lifted : null;
    const before = known?.count ?? 0;
    const probe = probeAt(reason, before, now, this.probes);
    const until = isHearsay ? now : probe === null ? null : Math.max(probe, now + afterMs);
    // What the probe confirms was said before: why is still known.
    const wasDisconnected = stop?.reason === reason && stop.cause === 'disconnected';
    await tx.query(
      `update portal
          set stop_since = to_timestamp($4::float8 / 1000), unreached_reason = null, unreached_since = null,
              stop_reason = $2, stop_until = to_timestamp($3::float8 / 1000), stop_count = $5, stop_cause = $6,
              checked_until = null
        where portal_id = $1`,
      [portalId, reason, until, known?.since ?? now, before + 1, wasDisconnected ? stop.cause : cause],
    );
  }

  /** The rules met something of the settings that amoCRM has no more (R12): told once, until it is mended. */
  async noteBroken(portal: PortalRow, reasons: readonly Reason[], now: number): Promise<void> {
    if (newlyBroken(portal.brokenRules, reasons, now).length === 0) return;
    await this.change(portal.portalId, now, async (tx) => {
      const [row]: { broken_rules: PortalRow['brokenRules'] }[] = await tx.query(
        `select broken_rules from portal where portal_id = $1 for update`,
        [portal.portalId],
      );
      const known = row?.broken_rules ?? [];
      await tx.query(`update portal set broken_rules = $2 where portal_id = $1`, [
        portal.portalId,
        JSON.stringify([...known, ...newlyBroken(known, reasons, now)]),
      ]);
    });
  }

  /**
   * The portal could not be asked: its account is still not met, or it has no token just now. The others of its lane go on;
   * a stopped one has its next probe no sooner.
   */
  async notReached(portalId: string, reason: string, tryAt: number): Promise<void> {
    await this.dataSource.query(
      `update portal set check_at = to_timestamp($3::float8 / 1000), checked_until = null, unreached_reason = $2,
              unreached_since = coalesce(unreached_since, clock_timestamp()),
              stop_until = case when stop_until is not null then greatest(stop_until, to_timestamp($3::float8 / 1000)) end
        where portal_id = $1`,
      [portalId, reason, tryAt],
    );
  }

  /** The tariff takes no more entities (R12): creations wait, then one of them finds out. */
  async limitCreations(portal: PortalRow, now: number): Promise<void> {
    await this.change(portal.portalId, now, async (tx) => {
      await tx.query(
        `update portal set limited_since = coalesce(limited_since, to_timestamp($2::float8 / 1000)),
                creations_from = to_timestamp(($2::float8 + $3) / 1000)
          where portal_id = $1`,
        [portal.portalId, now, this.probes.otherMs],
      );
    });
  }

  /** A test was made. One that succeeded ends what stopped the portal at its next reading, which is due now. */
  async saveTest(portal: PortalRow, test: ConnectionTest): Promise<void> {
    const isOk = test.checks.every(({ outcome }) => outcome !== 'failed');
    await this.dataSource.query(
      `update portal set test = $2, test_asked_at = null,
              stop_until = case when $3 and stop_reason is not null then clock_timestamp() else stop_until end
        where portal_id = $1`,
      [portal.portalId, JSON.stringify(test), isOk],
    );
  }

  /** Our hooks were looked for at a portal that is being deleted. @param reason why they are still there; null = they are not */
  async saveLeave(portalId: string, reason: string | null): Promise<void> {
    await this.dataSource.query(`update portal set leave_asked_at = null, leave_reason = $2 where portal_id = $1`, [
      portalId,
      reason,
    ]);
  }

  /** Duplicate control merged a deal of ours: it is on (R17), which the operator is told. */
  async rememberMerge(portal: PortalRow, now: number): Promise<void> {
    await this.change(portal.portalId, now, async (tx) => {
      await tx.query(`update portal set merged_at = to_timestamp($2::float8 / 1000) where portal_id = $1`, [
        portal.portalId,
        now,
      ]);
    });
  }

  /** Tells the portals of a lane as they now stand: its copy has become complete. */
  async tellLane(lane: string, now: number): Promise<void> {
    for (const { portalId, isLeaving } of await this.ofLane(lane))
      if (!isLeaving) await this.change(portalId, now, () => Promise.resolve());
  }

  /** A write was answered: what stopped the portal before is over. */
  async forgetLifted(portalId: string): Promise<void> {
    await this.dataSource.query(
      `update portal set lifted_reason = null, lifted_since = null, lifted_count = 0 where portal_id = $1`,
      [portalId],
    );
  }

  /** A creation went through again. */
  async liftLimit(portal: PortalRow, now: number): Promise<void> {
    await this.change(portal.portalId, now, async (tx) => {
      await tx.query(`update portal set limited_since = null, creations_from = null where portal_id = $1`, [
        portal.portalId,
      ]);
    });
  }

  /** Reads the portal anew, at once or at a time: its copy is old, or amoCRM refused an id of it. */
  async checkAgain(portalId: string, at: number): Promise<void> {
    await this.dataSource.query(
      `update portal set check_at = to_timestamp($2::float8 / 1000), checked_until = null where portal_id = $1`,
      [portalId, at],
    );
  }

  /** When a portal of the lane is to be read or probed, Unix milliseconds. */
  async nextAt(tx: EntityManager, lane: string): Promise<number | null> {
    const [row]: { at: number | null }[] = await tx.query(
      `select (extract(epoch from min(least(
                case when stop_reason is null then check_at else stop_until end,
                case when stop_reason is null and creations_from > clock_timestamp() then creations_from end,
                test_asked_at)))
               * 1000)::float8 as at
         from portal where lane = $1 and deleted_at is null`,
      [lane],
    );
    return row?.at ?? null;
  }

  /** @param work false: nothing was changed, there is nothing to tell */
  private async change(
    portalId: string,
    now: number,
    work: (tx: EntityManager) => Promise<void | boolean>,
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      if ((await work(tx)) === false) return;
      const rows: StoredPortal[] = await tx.query(`select ${portalColumns} from portal p where p.portal_id = $1`, [
        portalId,
      ]);
      await tellPortals(tx, rows.map(portalOf));
      if (rows[0]?.lane) await wake(tx, [rows[0].lane]);
    });
    this.onNews();
  }
}

/** The operator is shown where the account is now; whether the portal goes there is his to say (decision 0070). */
export const noteMoved =
  (dataSource: Pick<DataSource, 'query'>) =>
  async (portalId: string, origin: string): Promise<void> => {
    await dataSource.query(
      `update portal
          set moved_to = $2, moved_since = case when moved_to = $2 then moved_since else clock_timestamp() end
        where portal_id = $1`,
      [portalId, origin],
    );
  };

/** Only the portal's own account's: what another account addressed to it stays without a lane, and is parked. */
const laneOfWork = (table: 'effect' | 'lookup'): string => `
  update ${table} w set lane = $2 from portal p
   where w.portal_id = $1 and w.lane is null and p.portal_id = w.portal_id and p.account_id = w.account_id`;
