import { createAmocrmClient, createPacer, type Clock, type Pacer, type WireOutcome } from '@perezvon/amocrm';
import type { EffectCommand } from '@perezvon/contracts';
import type { ClientMemory } from '../clients/client-memory.js';
import type { OwnCard } from '../clients/client-store.js';
import { Dispatcher } from '../lanes/dispatcher.js';
import { LaneLeases, type LeaseStore } from '../lanes/lane-leases.js';
import { maxInFlight, Slots } from '../lanes/lane-requests.js';
import type { LaneRuntime } from '../lanes/lane-runtime.js';
import { PostgresClock } from '../lanes/postgres-clock.js';
import type { TurnLedger, TurnQueries, TurnTools } from '../lanes/turn-tools.js';
import { HighWater, type MarkStore } from '../writes/high-water.js';
import { Process, type Driver } from './driver.js';
import { MemoryLanes } from './memory-lanes.js';
import { MemoryLedger } from './memory-ledger.js';
import { MemoryPortals, turnPortals } from './memory-portals.js';
import { MemoryQueries } from './memory-queries.js';
import { ModelAmocrm } from './model-amocrm.js';
import { ModelWire, type Seen } from './model-wire.js';
import { asShipped, type Defects } from './planted-bugs.js';

export interface WorldSettings {
  readonly lanes: readonly string[];
  readonly leaseMs: number;
  readonly pollMs: number;
  /** What the writer believes: D of rules R17. */
  readonly visibilityDelayMs: number;
  /** What is so: the longest that a list lags behind a write. */
  readonly lagMs: number;
  readonly timeoutMs: number;
  /** How much later than its answer amoCRM may apply a request. */
  readonly lateMs: number;
  /** Requests are paced as in production; else at once. */
  readonly isPaced: boolean;
  readonly planted?: Defects;
  /** Lanes that answer 403 to everything until then, virtual Unix milliseconds; absent = none. */
  readonly blockedUntil?: (lane: string) => number;
  /** Lanes whose servers answer 503 to everything until then. */
  readonly downUntil?: (lane: string) => number;
}

/** amoCRM's window with its reserve, as `writer.ts` has it. */
const handOverMs = 1_100;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Postgres and amoCRM as models, and as many writers as are started: the writers' code is the product's own. */
export class World {
  readonly lanes: MemoryLanes;
  readonly portals: MemoryPortals;
  readonly ledger: MemoryLedger;
  readonly queries: MemoryQueries;
  readonly amocrm = new Map<string, ModelAmocrm>();
  readonly requests: Seen[] = [];
  readonly marks = new Map<string, number>();
  readonly ownCards = new Map<string, OwnCard[]>();
  readonly processes: { readonly process: Process; readonly dispatcher: Dispatcher; readonly leases: LaneLeases }[] =
    [];
  /** Errors of a writer that no failure of the world explains. */
  readonly errors: string[] = [];

  constructor(
    readonly driver: Driver,
    readonly settings: WorldSettings,
  ) {
    const now = (): number => driver.now();
    this.lanes = new MemoryLanes(now);
    this.portals = new MemoryPortals((lane) => {
      this.lanes.wake(lane);
      this.notify();
    });
    const laneOf = ({ portalId }: EffectCommand): string | null => this.portals.rows.get(portalId)?.lane ?? null;
    this.ledger = new MemoryLedger(this.lanes, settings, silent, this.memory(), now, laneOf);
    const portal = (portalId: string) => this.portals.rows.get(portalId) ?? null;
    this.queries = new MemoryQueries(this.ledger, { isActive: () => true, portal }, now);
    this.lanes.nextAt = (lane) => {
      const times = [this.queries.nextAt(lane), this.portals.nextAt(lane)].filter((at) => at !== null);
      return times.length === 0 ? null : Math.min(...times);
    };
    for (const [index, lane] of settings.lanes.entries()) {
      this.lanes.add(lane);
      this.portals.add(portalIdOf(index), lane, driver.now());
      this.amocrm.set(lane, new ModelAmocrm(now, () => driver.length(0, settings.lagMs)));
      for (const by of ['contacts', 'leads', 'tasks']) this.marks.set(`${lane}|${by}`, 0);
    }
  }

  /** As the consumer does: stores, and wakes whoever listens. */
  store(commands: readonly EffectCommand[]): void {
    this.ledger.store(commands);
    this.notify();
  }

  startWriter(skewMs: number): Process {
    const process = new Process(`writer ${this.processes.length + 1}`, skewMs);
    const clock = new PostgresClock(() => this.monotonic(process).now());
    const monotonic = this.monotonic(process);
    const { leaseMs, pollMs } = this.settings;
    const tools = this.tools(process, clock, monotonic);
    const leases = new LaneLeases(this.leaseStore(process), clock, monotonic, {
      holder: process.name,
      leaseMs,
      handOverMs,
    });
    const runtimes = new Map<string, LaneRuntime>();
    const dispatcher = new Dispatcher(
      tools,
      leases,
      {
        of: (lane) => {
          const runtime = runtimes.get(lane) ?? this.runtime(process, lane, monotonic);
          runtimes.set(lane, runtime);
          return runtime;
        },
        unpaced: () => {
          throw new Error('no portal of the model is without a lane');
        },
      },
      { maxLanes: 1_000, leaseMs, pollMs },
    );
    this.processes.push({ process, dispatcher, leases });
    dispatcher.start();
    return process;
  }

  /** LISTEN and NOTIFY. */
  notify(): void {
    for (const { process, dispatcher } of this.processes) {
      if (!process.isDead) this.driver.after(process, 0, () => dispatcher.heard(null));
    }
  }

  private monotonic(process: Process): Clock {
    return {
      now: () => this.driver.now() + process.skewMs,
      after: (ms, callback) => this.driver.after(process, ms, callback),
    };
  }

  private leaseStore(process: Process): LeaseStore {
    const { lanes } = this;
    return {
      take: (holder, leaseMs, limit) => {
        const act = () => lanes.take(holder, leaseMs, limit);
        return lanes.free().length === 0
          ? this.driver.read(process, 'take', act)
          : this.driver.step(process, 'take', act);
      },
      renew: (_holder, leaseMs, fences) => this.driver.read(process, 'renew', () => lanes.renew(leaseMs, fences)),
      release: (fence, end) => this.driver.step(process, 'release', () => lanes.release(fence, end)),
    };
  }

  private runtime(process: Process, lane: string, clock: Clock): LaneRuntime {
    const pacer: Pacer | undefined = this.settings.isPaced ? this.planted.pacer(clock) : undefined;
    const amocrm = this.amocrm.get(lane);
    if (amocrm === undefined) throw new Error(`no lane ${lane}`);
    const wire = new ModelWire(
      lane,
      process,
      this.driver,
      amocrm,
      this.requests,
      {
        timeoutMs: this.settings.timeoutMs,
        lateMs: this.settings.lateMs,
        isBlocked: () => this.driver.now() < (this.settings.blockedUntil?.(lane) ?? 0),
        isHeld: () => {
          const row = this.lanes.rows.get(lane);
          return row?.holder === process.name && (row.leaseUntil ?? 0) > this.driver.now();
        },
        isDown: () => this.driver.now() < (this.settings.downUntil?.(lane) ?? 0),
      },
      (outcome: WireOutcome) => this.saw(process, outcome),
    );
    const portal = this.portals.ofLane(lane)[0];
    const client = createAmocrmClient({
      baseUrl: portal?.url ?? '',
      token: () => Promise.resolve('token'),
      wire: this.planted.wire(wire),
      ...(pacer === undefined ? {} : { pacer }),
    });
    let requests = 0;
    return {
      pacer: createPacer({ clock }),
      slots: new Slots(maxInFlight),
      get requests() {
        return requests;
      },
      clientOf: () => {
        requests += 1;
        return client;
      },
    };
  }

  private get planted(): Defects {
    return this.settings.planted ?? asShipped;
  }

  private tools(process: Process, clock: PostgresClock, monotonic: Clock): TurnTools {
    const { driver, ledger, queries } = this;
    const step = <T>(what: string, act: () => T) => driver.step(process, what, act);
    const read = <T>(what: string, act: () => T) => driver.read(process, what, act);
    const turnLedger: TurnLedger = {
      commitIntents: (fence, intents, at) => step('intent', () => ledger.commitIntents(fence, intents, at)),
      record: (moves, _now, also) =>
        moves.length === 0 ? Promise.resolve([]) : step('outcome', () => ledger.record(moves, also)),
      remember: (work) => step('memory', () => void work(this.memory())),
      takeOver: (lane, epoch, leaseEnd, at) => {
        const act = () => ledger.takeOver(lane, epoch, leaseEnd, at);
        return ledger.abandoned(lane, epoch).length === 0 ? read('take over', act) : step('take over', act);
      },
    };
    const turnQueries: TurnQueries = {
      ready: (lane, limit, except) => read('ready', () => queries.ready(lane, limit, except)),
      dealsOf: (contacts) => read('deals', () => queries.dealsOf(contacts)),
      looksDue: (lane, limit) => read('looks', () => queries.looksDue(lane, limit)),
      cardsOfCalls: (calls) => read('cards of calls', () => queries.cardsOfCalls(calls)),
      callsInUnsorted: (calls) => read('calls in unsorted', () => queries.callsInUnsorted(calls)),
      madeByOthers: (lane, effect, ids, seq) =>
        read('made by others', () => queries.madeByOthers(lane, effect, ids, seq)),
    };
    const marks: MarkStore = {
      known: (lane, by) => read('mark', () => this.marks.get(`${lane}|${by}`) ?? null),
      raise: (lane, by, id) =>
        read('mark raised', () => {
          this.marks.set(`${lane}|${by}`, Math.max(id, this.marks.get(`${lane}|${by}`) ?? 0));
        }),
    };
    return this.planted.tools({
      ledger: turnLedger,
      queries: turnQueries,
      portals: turnPortals(this.portals, step, read),
      clients: {
        due: () => Promise.resolve([]),
        ownCardsOf: (lane, phones) =>
          read('own cards', () => new Map(phones.map((phone) => [phone, this.ownCards.get(`${lane}|${phone}`) ?? []]))),
        askLater: () => Promise.resolve(),
      },
      // The copy of an account is no subject here: each client is asked for.
      mirror: { cards: () => Promise.resolve([]), leadsOf: () => Promise.resolve([]) },
      follow: {
        upToDate: () => Promise.resolve(false),
        isDue: () => Promise.resolve(false),
        inBackground: () => Promise.resolve(),
      },
      highWater: new HighWater(marks),
      // Created once per account, by a protocol of its own (`writes/marker-field.ts`): here it is there.
      markerFields: { ensure: () => Promise.resolve(), forget: () => Promise.resolve() },
      clock,
      monotonic,
      log: { ...silent, error: (fields) => this.onError(fields) },
      onWritten: ignore,
      at: ignore,
    });
  }

  private memory(): ClientMemory {
    return {
      rememberOwnCards: (cards) => {
        for (const { lane, phone, ...card } of cards) {
          const key = `${lane}|${phone}`;
          this.ownCards.set(key, [...(this.ownCards.get(key) ?? []), card]);
        }
        return Promise.resolve();
      },
      publish: () => Promise.resolve(),
      answered: () => Promise.resolve(),
      askOwn: () => Promise.resolve(),
      putOwn: () => Promise.resolve(),
    };
  }

  /** A database that refuses is a fault of the run; anything else that a writer calls an error is a defect. */
  private onError(fields: object): void {
    const error = 'err' in fields ? fields.err : undefined;
    const words = error instanceof Error ? error.message : String(error);
    if (words.includes('database') || words.includes('commit is unknown')) return;
    this.errors.push(error instanceof Error ? (error.stack ?? words) : words);
  }

  private saw(process: Process, what: unknown): void {
    process.seen = `${process.seen}|${this.driver.now()} ${JSON.stringify(what)}`;
  }
}

export const portalIdOf = (index: number): string => `00000000-0000-4000-8000-1${String(index).padStart(11, '0')}`;

function ignore(): undefined {
  return undefined;
}
