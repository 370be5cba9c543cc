import type { DataSource } from 'typeorm';
import { PortalStore } from '../portals/portal-store.js';

/** One portal for the operator: what waits, why, since when. */
export interface PortalStatus {
  readonly portalId: string;
  readonly accountId: string;
  readonly lane: string | null;
  readonly stop: { readonly reason: string; readonly since: string; readonly until: string | null } | null;
  readonly directoryReadAt: string | null;
  readonly effects: {
    readonly state: string;
    readonly reason: string | null;
    readonly count: number;
    readonly oldestAt: string;
  }[];
  readonly lookupsWaiting: number;
}

export class PortalStatusQuery {
  constructor(
    private readonly dataSource: DataSource,
    private readonly portals: PortalStore,
  ) {}

  /** null: no such portal. Settled effects are not counted: they are in the journal. */
  async of(portalId: string): Promise<PortalStatus | null> {
    const portal = await this.portals.byId(portalId);
    if (portal === null) return null;
    const effects: { state: string; reason: string | null; count: number; oldest: Date }[] =
      await this.dataSource.query(
        `select state, reason, count(*)::int as count, min(created_at) as oldest from effect
        where portal_id = $1 and state in ('waiting', 'sending', 'in_doubt', 'parked')
        group by state, reason order by state, reason`,
        [portalId],
      );
    const [lookups]: { count: number }[] = await this.dataSource.query(
      `select count(*)::int as count from lookup where portal_id = $1`,
      [portalId],
    );
    const iso = (ms: number): string => new Date(ms).toISOString();
    const { stop, directoryReadAt } = portal;
    return {
      portalId: portal.portalId,
      accountId: portal.accountId,
      lane: portal.lane,
      stop: stop && {
        reason: stop.reason,
        since: iso(stop.since),
        until: stop.until === null ? null : iso(stop.until),
      },
      directoryReadAt: directoryReadAt === null ? null : iso(directoryReadAt),
      effects: effects.map(({ oldest, ...row }) => ({ ...row, oldestAt: oldest.toISOString() })),
      lookupsWaiting: lookups?.count ?? 0,
    };
  }
}
