import { setMaxListeners } from 'node:events';
import type { PortalRow } from '../portals/portal.js';
import { meetPortal } from '../portals/first-contact.js';
import { pauseMsAfter } from './pause.js';
import type { LaneLease } from './lane-lease.js';
import type { LaneLeases, TurnEnd } from './lane-leases.js';
import { LaneRequests } from './lane-requests.js';
import type { LaneRuntimes } from './lane-runtime.js';
import { LaneTurn } from './lane-turn.js';
import { rest } from './rest.js';
import type { TurnTools } from './turn-tools.js';

export interface DispatcherSettings {
  /** Lanes that this process serves at once. */
  readonly maxLanes: number;
  /** The net under the wake-ups: how often it looks by itself. */
  readonly pollMs: number;
  readonly leaseMs: number;
}

/**
 * A turn that waits for amoCRM is told what is stored for it; by itself it looks so many times more rarely than the round:
 * a hundred lanes may be waiting at once, and each look is half a dozen statements.
 */
const pollsPerLook = 4;

/**
 * Gives turns to lanes: takes those that are due, as far as there is room, and lets each have its turn. One of these runs
 * in every writer process; Postgres keeps two of them from one lane.
 *
 *   new ──start──▶ running: wake or poll → meet new portals, take due lanes → turns ──stop──▶ draining ──▶ stopped
 *
 * A lane's failure is its own: the turn ends, the lane is paused, the others go on.
 */
export class Dispatcher {
  private readonly turns = new Set<Promise<void>>();
  private readonly draining = new AbortController();
  private readonly cutting = new AbortController();
  private readonly drained = new AbortController();
  private loops: Promise<unknown> | undefined;
  private news = newSignal();
  /** Lanes whose turn waits for an answer or for news. */
  private readonly waitingTurns = new Map<string, Signal>();
  private lastRoundAt: number;

  constructor(
    private readonly tools: TurnTools,
    private readonly leases: LaneLeases,
    private readonly runtimes: Pick<LaneRuntimes, 'of' | 'unpaced'>,
    private readonly settings: DispatcherSettings,
  ) {
    this.lastRoundAt = tools.monotonic.now();
  }

  start(): void {
    // Every turn that waits listens to these, a hundred at once: no leak, which is what Node warns of.
    setMaxListeners(0, this.draining.signal, this.cutting.signal);
    this.loops = Promise.all([this.serve(), this.keepLeases()]);
  }

  /** Some lane may be free or due: look now. */
  wake(): void {
    const { resolve } = this.news;
    this.news = newSignal();
    resolve();
  }

  /**
   * Something was stored for these lanes, here or by another writer; null = for any. Their turns look again too: those of
   * others do not, or under load each lane would ask Postgres anew for whatever any of them is sent.
   */
  heard(lanes: readonly string[] | null): void {
    for (const lane of lanes ?? [...this.waitingTurns.keys()]) this.waitingTurns.get(lane)?.resolve();
    this.wake();
  }

  /** Not ready while rounds fail: commands would pile up behind this process. */
  readiness(): { ready: boolean; reason?: string } {
    if (this.draining.signal.aborted) return { ready: false, reason: 'stopping' };
    const silentMs = this.tools.monotonic.now() - this.lastRoundAt;
    return silentMs < 10_000 + 2 * this.settings.pollMs
      ? { ready: true }
      : { ready: false, reason: 'no round succeeds' };
  }

  /** Lets what is on the wire end and gives the lanes back; after `deadlineMs` what still runs is cut and is in doubt. */
  async stop(deadlineMs: number): Promise<void> {
    this.draining.abort();
    this.wake();
    const cancel = this.tools.monotonic.after(deadlineMs, () => this.cutting.abort(new Error('the writer stops')));
    while (this.turns.size > 0) await Promise.all(this.turns);
    cancel();
    this.drained.abort();
    await this.loops;
  }

  private get isStopping(): boolean {
    return this.draining.signal.aborted;
  }

  private async serve(): Promise<void> {
    while (!this.isStopping) {
      const news = this.news.promise;
      try {
        await this.round();
        this.lastRoundAt = this.tools.monotonic.now();
      } catch (error) {
        this.tools.log.error({ err: error }, 'a round failed, the next one follows');
      }
      await this.rest(this.settings.pollMs, this.draining.signal, news);
    }
  }

  private async round(): Promise<void> {
    const room = this.settings.maxLanes - this.turns.size;
    if (room <= 0) return;
    for (const portal of await this.tools.portals.takeLaneless(room)) this.run(() => this.meet(portal));
    for (const lease of await this.leases.take(this.settings.maxLanes - this.turns.size)) {
      this.run(() => this.turn(lease));
    }
  }

  private run(work: () => Promise<void>): void {
    const turn = work()
      .catch((error: unknown) => this.tools.log.error({ err: error }, 'a turn failed'))
      .finally(() => {
        this.turns.delete(turn);
        // Room for another lane, or this one again if its turn was merely long.
        this.wake();
      });
    this.turns.add(turn);
  }

  private async meet(portal: PortalRow): Promise<void> {
    await meetPortal(this.tools, portal, (one) => this.runtimes.unpaced(one));
  }

  private async turn(lease: LaneLease): Promise<void> {
    const { log } = this.tools;
    const { lane } = lease;
    const runtime = this.runtimes.of(lane);
    const before = runtime.requests;
    // Another process may just have used up the window: nothing leaves before it has passed.
    if (lease.quietMs > 0) await this.rest(lease.quietMs, this.draining.signal);
    const requests = new LaneRequests(lease, (portal) => runtime.clientOf(portal), runtime.slots, this.cutting.signal);
    const turn = new LaneTurn(
      this.tools,
      requests,
      (portal) => runtime.clientOf(portal).origin,
      () => this.isStopping,
      () => this.newsOrPoll(lane),
    );
    // A turn that fails by itself (a defect, Postgres away) is not tried again in a loop.
    let end: TurnEnd = {
      worked: false,
      pause: { ms: pauseMsAfter(lease.failures, 0), reason: 'writer_failed' },
      wasIdle: false,
    };
    try {
      end = await turn.run();
    } catch (error) {
      log.error({ lane, err: error }, 'turn failed, the lane pauses');
    }
    await this.leases.release(lease, end, runtime.requests - before);
  }

  private rest(ms: number, signal: AbortSignal, news?: Promise<unknown>): Promise<void> {
    return rest(this.tools.monotonic, ms, signal, news);
  }

  private async newsOrPoll(lane: string): Promise<void> {
    const signal = newSignal();
    // One wait a turn: the last one, which a unit's end left behind, is over.
    this.waitingTurns.get(lane)?.resolve();
    this.waitingTurns.set(lane, signal);
    await this.rest(pollsPerLook * this.settings.pollMs, this.draining.signal, signal.promise);
    if (this.waitingTurns.get(lane) === signal) this.waitingTurns.delete(lane);
  }

  private async keepLeases(): Promise<void> {
    // Not ended by stop itself: turns that drain still need their leases.
    while (!this.drained.signal.aborted) {
      await this.rest(this.settings.leaseMs / 3, this.drained.signal);
      try {
        await this.leases.renew();
      } catch (error) {
        this.tools.log.warn({ err: error }, 'leases not renewed; they end by themselves');
      }
    }
  }
}

interface Signal {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function newSignal(): Signal {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
