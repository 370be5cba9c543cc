import { randomUUID } from 'node:crypto';
import { monotonicClock, type Integration, type RequestObserver, type Timeouts } from '@perezvon/amocrm';
import type { CredentialStore } from '@perezvon/credentials';
import type { DataSource } from 'typeorm';
import { clientMemoryIn } from './clients/client-memory.js';
import { ClientStore } from './clients/client-store.js';
import { Dispatcher } from './lanes/dispatcher.js';
import { LaneLeases } from './lanes/lane-leases.js';
import { LaneRuntimes } from './lanes/lane-runtime.js';
import { PostgresClock } from './lanes/postgres-clock.js';
import { PostgresLeases } from './lanes/postgres-leases.js';
import { rest } from './lanes/rest.js';
import type { Point, TurnTools } from './lanes/turn-tools.js';
import type { WriterLog } from './lanes/writer-log.js';
import { WakeListener } from './lanes/wake-listener.js';
import { Housekeeping } from './ledger/housekeeping.js';
import { Ledger } from './ledger/ledger.js';
import { applyRetention } from './ledger/retention.js';
import { LedgerQueries } from './ledger/ledger-queries.js';
import { Follow } from './mirror/follow.js';
import { FirstRead } from './mirror/first-read.js';
import { Increment } from './mirror/increment.js';
import { MirrorStates } from './mirror/mirror-state.js';
import { TellClients } from './mirror/tell-clients.js';
import { MirrorStore } from './mirror/mirror-store.js';
import { EffectActions } from './operators/effect-actions.js';
import { LeavePortal } from './operators/leave-portal.js';
import { ParkedEffectsQuery } from './operators/parked-effects.js';
import { PortalStatusQuery } from './operators/portal-status.js';
import { RefreshPortal } from './operators/refresh-portal.js';
import { TestPortal } from './operators/test-portal.js';
import type { ProbePauses } from './portals/portal-stop.js';
import { PortalStore } from './portals/portal-store.js';
import type { PortalTokens } from './portals/portal-tokens.js';
import { TakeCommands } from './take-commands.js';
import { TakeSettings } from './take-settings.js';
import { PortalWebhooks } from './webhooks/portal-webhooks.js';
import { TakeDisconnect } from './webhooks/take-disconnect.js';
import { TakeHint } from './webhooks/take-hint.js';
import { HighWater } from './writes/high-water.js';
import { MarkerFields } from './writes/marker-field.js';
import { PostgresMarks } from './writes/postgres-marks.js';

export interface WriterSettings {
  /** D of rules R17. */
  readonly visibilityDelayMs: number;
  readonly leaseMs: number;
  readonly maxLanes: number;
  readonly pollMs: number;
  readonly unknownPortalMs: number;
  /** How soon a stopped portal is asked again; undefined: as soon as design.md has it. */
  readonly probes?: ProbePauses | undefined;
  /** Deals that have not changed for so long are left out of a lane's copy; 0 = no copy is read in the background. */
  readonly mirrorMonths: number;
  /** Between two pages of a copy that is read in the background. */
  readonly mirrorPaceMs: number;
  /** Where amoCRM reaches this service; null: it does not. */
  readonly publicWebhookUrl: string | null;
  readonly extraOrigins: readonly string[];
  readonly timeouts?: Partial<Timeouts>;
}

export interface WriterParts {
  readonly dataSource: DataSource;
  readonly databaseUrl: string;
  readonly tokens: PortalTokens;
  /** Only when a token ends is asked of it. */
  readonly credentials: Pick<CredentialStore, 'about'>;
  /** Ours as amoCRM knows it; undefined: portals work with long-lived tokens only. */
  readonly integration?: Pick<Integration, 'clientId' | 'clientSecret'> | undefined;
  readonly settings: WriterSettings;
  readonly log: WriterLog;
  readonly onRequest: RequestObserver;
  /** An effect stands in amoCRM, so long after the event that caused it. */
  readonly onWritten: TurnTools['onWritten'];
  /** Something may be in the outbox. */
  readonly onNews: () => void;
  readonly at?: (point: Point) => void | Promise<void>;
}

/** amoCRM's window with its reserve (design.md property 3). */
const handOverMs = 1_100;
/** Waiting effects are parked after 30 days, never dropped (design.md, Life cycle). */
const expireMs = 30 * 24 * 60 * 60 * 1000;
const housekeepingMs = 5_000;
const retentionMs = 60 * 60 * 1000;

/** The writer without its doors: what Kafka and HTTP call, and the life of what runs behind them. */
export class Writer {
  readonly takeCommands: TakeCommands;
  readonly takeSettings: TakeSettings;
  readonly effectActions: EffectActions;
  readonly parkedEffects: ParkedEffectsQuery;
  readonly portalStatus: PortalStatusQuery;
  readonly refreshPortal: RefreshPortal;
  readonly testPortal: TestPortal;
  readonly leavePortal: LeavePortal;
  readonly takeHint: TakeHint;
  readonly takeDisconnect: TakeDisconnect;
  private readonly clock = new PostgresClock();
  private readonly dispatcher: Dispatcher;
  private readonly runtimes: LaneRuntimes;
  private readonly listener: WakeListener;
  private readonly housekeeping: Housekeeping;
  private readonly stopping = new AbortController();
  private keeping: Promise<void> | undefined;
  private tidySoon: (() => void) | undefined;

  constructor(private readonly parts: WriterParts) {
    const { dataSource, settings, log } = parts;
    const { visibilityDelayMs } = settings;
    const portals = new PortalStore(dataSource, parts.onNews, settings.probes);
    const clients = new ClientStore(dataSource);
    const mirror = new MirrorStore(dataSource);
    const memoryIn = clientMemoryIn(clients, mirror);
    const ledger = new Ledger(dataSource, { visibilityDelayMs }, log, parts.onNews, memoryIn);
    const queries = new LedgerQueries(dataSource);
    const states = new MirrorStates(dataSource);
    const marks = new PostgresMarks(dataSource);
    const tell = new TellClients(dataSource, mirror, clients, parts.onNews);
    const follow = new Follow(
      states,
      mirror,
      { firstRead: new FirstRead(mirror, marks), increment: new Increment(mirror, tell, this.clock), tell },
      portals,
      clients,
      new PortalWebhooks(dataSource, settings.publicWebhookUrl),
      this.clock,
      { months: settings.mirrorMonths, paceMs: settings.mirrorPaceMs, visibilityDelayMs },
    );
    const tools: TurnTools = {
      ledger,
      queries,
      portals,
      clients,
      mirror,
      follow,
      highWater: new HighWater(marks),
      markerFields: new MarkerFields(dataSource, visibilityDelayMs),
      clock: this.clock,
      monotonic: monotonicClock,
      log,
      onWritten: parts.onWritten,
      limitProbeMs: settings.probes?.otherMs,
      at: parts.at ?? (() => undefined),
    };
    this.runtimes = new LaneRuntimes(parts.tokens, {
      extraOrigins: settings.extraOrigins,
      onRequest: parts.onRequest,
      ...(settings.timeouts ? { timeouts: settings.timeouts } : {}),
    });
    const store = new PostgresLeases(dataSource, async (tx, lane) => {
      const due = [
        await queries.nextAt(tx, lane),
        await clients.nextAt(tx, lane),
        await portals.nextAt(tx, lane),
        await follow.nextAt(tx, lane),
      ];
      const times = due.filter((at) => at !== null);
      return times.length === 0 ? null : Math.min(...times);
    });
    const leases = new LaneLeases(store, this.clock, monotonicClock, {
      holder: randomUUID(),
      leaseMs: settings.leaseMs,
      handOverMs,
    });
    this.dispatcher = new Dispatcher(tools, leases, this.runtimes, settings);
    this.listener = new WakeListener(parts.databaseUrl, (lanes) => this.dispatcher.heard(lanes), log);
    this.housekeeping = new Housekeeping(dataSource, ledger, {
      unknownPortalMs: settings.unknownPortalMs,
      expireMs,
    });
    const woken = (): void => {
      this.dispatcher.wake();
      parts.onNews();
    };
    const stored = (): void => {
      woken();
      this.tidySoon?.();
    };
    const commandsStored = (allHaveLanes: boolean): void => {
      woken();
      // Housekeeping looks through all that waits: under a backlog not after every batch.
      if (!allHaveLanes) this.tidySoon?.();
    };
    this.takeCommands = new TakeCommands(dataSource, ledger, clients, this.clock, commandsStored);
    this.takeSettings = new TakeSettings(dataSource, stored);
    this.effectActions = new EffectActions(dataSource, ledger, this.clock, stored);
    this.parkedEffects = new ParkedEffectsQuery(dataSource);
    this.portalStatus = new PortalStatusQuery(dataSource, portals, parts.credentials, settings.mirrorMonths);
    this.refreshPortal = new RefreshPortal(dataSource, stored);
    this.testPortal = new TestPortal(dataSource, portals, stored);
    this.leavePortal = new LeavePortal(dataSource, log, stored);
    this.takeHint = new TakeHint(dataSource, woken);
    this.takeDisconnect = new TakeDisconnect(portals, parts.credentials, this.clock, parts.integration, stored);
  }

  start(): void {
    this.listener.start();
    this.dispatcher.start();
    this.keeping = this.keepHouse();
  }

  readiness(): { ready: boolean; reason?: string } {
    return this.dispatcher.readiness();
  }

  /** Ends what is on the wire and gives the lanes back; what does not end in time is cut and in doubt. */
  async stop(deadlineMs: number): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.dispatcher.stop(deadlineMs), this.listener.stop(), this.keeping]);
    this.runtimes.close();
  }

  private async keepHouse(): Promise<void> {
    const { signal } = this.stopping;
    let retentionAppliedAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      const asked = new Promise<void>((resolve) => (this.tidySoon = resolve));
      try {
        const askedAt = performance.now();
        const [row]: { now: number }[] = await this.parts.dataSource.query(
          `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
        );
        if (row !== undefined) this.clock.learn(row.now, askedAt);
        await this.housekeeping.run(this.clock.now());
        if (performance.now() - retentionAppliedAt > retentionMs) {
          await applyRetention(this.parts.dataSource);
          retentionAppliedAt = performance.now();
        }
      } catch (error) {
        this.parts.log.error({ err: error }, 'housekeeping failed, it comes again');
      }
      await rest(monotonicClock, housekeepingMs, signal, asked);
    }
  }
}
