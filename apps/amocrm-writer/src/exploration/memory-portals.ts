import type { PortalRow } from '../portals/portal.js';
import { holdsForLane, probeAt, type Stopping } from '../portals/portal-stop.js';
import type { TurnPortals } from '../lanes/turn-tools.js';
import { pipelineId, statusId } from './model-amocrm.js';

/** The portals' rows, all known and read. As `PortalStore`, without what is told. */
export class MemoryPortals {
  readonly rows = new Map<string, PortalRow>();

  constructor(private readonly onChange: (lane: string) => void) {}

  add(portalId: string, lane: string, now: number): void {
    this.rows.set(portalId, {
      portalId,
      accountId: 'acme',
      url: `https://lane${this.rows.size}.amocrm.ru`,
      lane,
      credentialsRevision: 1,
      stop: null,
      directory: directoryOfTheModel,
      // Its hourly reading is no subject here.
      directoryReadAt: now + 365 * 86_400_000,
      checkAt: null,
      limit: null,
      mergedAt: null,
      webhookRefusedAt: null,
      unreached: null,
      lifted: null,
      brokenRules: [],
      mirror: null,
      isTestAsked: false,
      isLeaving: false,
      moved: null,
    });
  }

  ofLane(lane: string): PortalRow[] {
    return [...this.rows.values()].filter((row) => row.lane === lane);
  }

  stop(portal: PortalRow, { reason, cause = null, afterMs }: Stopping, now: number): void {
    for (const own of this.rows.values()) {
      const isMeant = own.portalId === portal.portalId || (holdsForLane(reason) && own.lane === portal.lane);
      if (!isMeant || (own.stop?.reason === reason && (own.stop.until ?? now + 1) > now)) continue;
      const before = own.stop?.reason === reason ? own.stop.count : 0;
      const probe = probeAt(reason, before, now);
      const until = probe === null ? null : Math.max(probe, now + (afterMs ?? 0));
      this.change(own, { stop: { reason, cause, since: now, until, count: before + 1 } });
    }
  }

  readAgain(portal: PortalRow, directory: PortalRow['directory']): void {
    this.change(portal, { directory, stop: null, checkAt: null });
  }

  change(portal: PortalRow, change: Partial<PortalRow>): void {
    const row = this.rows.get(portal.portalId);
    if (row === undefined) return;
    this.rows.set(portal.portalId, { ...row, ...change });
    if (row.lane !== null) this.onChange(row.lane);
  }

  nextAt(lane: string): number | null {
    const times = this.ofLane(lane).flatMap(({ stop, checkAt }) => (stop === null ? checkAt : stop.until) ?? []);
    return times.length === 0 ? null : Math.min(...times);
  }
}

const directoryOfTheModel: NonNullable<PortalRow['directory']> = {
  isUnsortedOn: true,
  filtersEnabled: false,
  taskTypes: [],
  users: [{ id: 101, name: 'Администратор', email: '', phone: null, isActive: true }],
  pipelines: [
    {
      id: pipelineId,
      name: 'Продажи',
      sort: 1,
      isMain: true,
      isUnsortedOn: true,
      isArchive: false,
      statuses: [
        { id: statusId, name: 'Первичный контакт', sort: 20, type: 0 },
        { id: 142, name: 'Успешно', sort: 10_000, type: 0 },
      ],
    },
  ],
};

/** Each method a step of its process. */
export function turnPortals(
  rows: MemoryPortals,
  step: <T>(what: string, act: () => T) => Promise<T>,
  read: <T>(what: string, act: () => T) => Promise<T>,
): TurnPortals {
  const isNoSubject = (what: string) => (): Promise<never> => Promise.reject(new Error(`${what}: not in the model`));
  return {
    ofLane: (lane) => read('portals', () => rows.ofLane(lane)),
    takeLaneless: () => Promise.resolve([]),
    joinLane: isNoSubject('joinLane'),
    notReached: isNoSubject('notReached'),
    saveTest: isNoSubject('saveTest'),
    saveLeave: isNoSubject('saveLeave'),
    // The model's portal has everything that the rules want.
    noteBroken: () => Promise.resolve(),
    saveDirectory: (portal, directory) => step('portal read', () => rows.readAgain(portal, directory)),
    stop: (portal, stopping, now) => step('portal stopped', () => rows.stop(portal, stopping, now)),
    checkAgain: (portalId, at) =>
      step('portal to be read', () => {
        const portal = rows.rows.get(portalId);
        if (portal !== undefined) rows.change(portal, { checkAt: at });
      }),
    limitCreations: isNoSubject('limitCreations'),
    liftLimit: isNoSubject('liftLimit'),
    forgetLifted: isNoSubject('forgetLifted'),
    rememberMerge: isNoSubject('rememberMerge'),
  };
}
