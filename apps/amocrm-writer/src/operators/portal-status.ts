import type { PortalStatus } from '@perezvon/contracts';
import type { CredentialStore } from '@perezvon/credentials';
import type { DataSource } from 'typeorm';
import type { PortalRow } from '../portals/portal.js';
import { isUnsettled } from '../ledger/sql/unsettled.js';
import { PortalStore } from '../portals/portal-store.js';

/** One portal for the operator: what waits, why, since when, and how much of the limit is in use. */
export class PortalStatusQuery {
  constructor(
    private readonly dataSource: DataSource,
    private readonly portals: PortalStore,
    private readonly credentials: Pick<CredentialStore, 'about'>,
    /** How far back a lane's copy has deals; 0 = copies are not read in the background. */
    private readonly mirrorMonths: number,
  ) {}

  /** null: no such portal. Settled effects are not counted: they are in the journal. */
  async of(portalId: string): Promise<PortalStatus | null> {
    const portal = await this.portals.byId(portalId);
    if (portal === null) return null;
    const { stop, directoryReadAt, limit, moved } = portal;
    const token = await this.credentials.about(portalId);
    return {
      portalId: portal.portalId,
      accountId: portal.accountId,
      lane: portal.lane,
      stop: stop && {
        reason: stop.reason,
        since: iso(stop.since),
        until: stop.until === null ? null : iso(stop.until),
        cause: stop.cause,
      },
      trouble: await this.troubleOf(portal),
      moved: moved && { to: moved.to, since: iso(moved.since) },
      limit: limit && { since: iso(limit.since), until: iso(limit.until) },
      directoryReadAt: directoryReadAt === null ? null : iso(directoryReadAt),
      effects: await this.effectsOf(portal),
      lookupsWaiting: await this.lookupsOf(portalId),
      requestsPerSecond: portal.lane === null ? null : await this.requestsPerSecond(portal.lane),
      mirror: portal.lane === null ? null : await this.mirrorOf(portal.lane),
      tokenExpiresAt: token?.expiresAt?.toISOString() ?? null,
    };
  }

  /** Of the portal alone where it has some; else of its lane, since the first of its turns that failed in a row. */
  private async troubleOf({ lane, unreached, checkAt }: PortalRow): Promise<PortalStatus['trouble']> {
    if (unreached !== null) {
      return { reason: unreached.reason, since: iso(unreached.since), until: iso(checkAt ?? unreached.since) };
    }
    if (lane === null) return null;
    const [row]: { reason: string; since: Date; until: Date }[] = await this.dataSource.query(
      `select pause_reason as reason, paused_since as since, coalesce(paused_until, clock_timestamp()) as until
         from lane where lane = $1 and failures > 0 and pause_reason is not null and paused_since is not null`,
      [lane],
    );
    return row === undefined
      ? null
      : { reason: row.reason, since: row.since.toISOString(), until: row.until.toISOString() };
  }

  /** Index: effect_unsettled. */
  private async effectsOf({ accountId, portalId }: PortalRow): Promise<PortalStatus['effects']> {
    const rows: {
      state: PortalStatus['effects'][number]['state'];
      reason: string | null;
      count: number;
      oldest: Date;
    }[] = await this.dataSource.query(
      `select state, reason, count(*)::int as count, min(created_at) as oldest from effect e
          where account_id = $1 and ${isUnsettled} and portal_id = $2
          group by state, reason order by state, reason`,
      [accountId, portalId],
    );
    return rows.map(({ oldest, ...row }) => ({ ...row, oldestAt: oldest.toISOString() }));
  }

  private async lookupsOf(portalId: string): Promise<number> {
    const [row]: { count: number }[] = await this.dataSource.query(
      `select count(*)::int as count from lookup where portal_id = $1`,
      [portalId],
    );
    return row?.count ?? 0;
  }

  /** Null = nothing of the account has been read yet. */
  private async mirrorOf(lane: string): Promise<PortalStatus['mirror']> {
    const [row]: { is_told: boolean; read_at: Date | null }[] = await this.dataSource.query(
      `select told_at is not null as is_told, read_at from mirror where lane = $1`,
      [lane],
    );
    if (row === undefined) return null;
    return {
      isComplete: row.is_told,
      readAt: row.read_at?.toISOString() ?? null,
      leadMonths: this.mirrorMonths || null,
    };
  }

  /** Of the last whole minute, whichever writers served the lane; turns are counted where they ended. */
  private async requestsPerSecond(lane: string): Promise<number> {
    const [row]: { count: number }[] = await this.dataSource.query(
      `select case minute_at when date_trunc('minute', clock_timestamp()) then requests_before
                             when date_trunc('minute', clock_timestamp()) - interval '1 minute' then requests
                             else 0 end as count
         from lane where lane = $1`,
      [lane],
    );
    return (row?.count ?? 0) / 60;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();
