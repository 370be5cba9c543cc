import { monotonicClock, type Clock } from '@perezvon/amocrm';
import type { EntityManager } from 'typeorm';
import type { ClientStore } from '../clients/client-store.js';
import type { LaneFailures } from '../lanes/lane-failures.js';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { PostgresClock } from '../lanes/postgres-clock.js';
import type { PortalStore } from '../portals/portal-store.js';
import type { ReadablePortal } from '../portals/portal.js';
import type { PortalWebhooks } from '../webhooks/portal-webhooks.js';
import type { FirstRead } from './first-read.js';
import type { Increment } from './increment.js';
import { isComplete, nothingRead, type MirrorState, type MirrorStates } from './mirror-state.js';
import type { MirrorStore } from './mirror-store.js';
import { phonesOf, type TellClients } from './tell-clients.js';

export interface FollowSettings {
  /** Deals that have not changed for so long are left out of the first read; 0 = nothing is read in the background. */
  readonly months: number;
  /** The background's pace: a page no sooner than so long after the one before. */
  readonly paceMs: number;
  /** D of rules R17: a hook may be ahead of the listings by so much. */
  readonly visibilityDelayMs: number;
}

/** Rounds that begin within this time of an increment need no other: what a person changes in between is R17's gap. */
const freshMs = 3_000;
/** More than this is no increment, and no account, that could be read while calls wait (design.md, The mirror). */
const maxPages = 10;
/** By itself an increment is read so seldom; hooks and rounds of many clients bring it forward. */
const clockMs = 10 * 60_000;
/** Clients told at once. */
const tellSize = 500;
const failedMs = 60_000;
/** So many clients are asked for one by one rather than wait for a step of the background that takes longer than usual. */
const handful = 12;
const stepMs = 1_500;

/**
 * Reads a lane's copy of its clients and keeps it up to date. In the background a page a second, in the last share of the
 * lane's budget; before a round of many clients at once, as far as a few pages go.
 */
export class Follow {
  /** One reader of a lane's copy at a time; one lane has one turn at a time. */
  private readonly last = new Map<string, Promise<unknown>>();
  /** Lanes whose reader is in the background now: a step may take pages, each of them after everybody else's requests. */
  private readonly stepping = new Map<string, Promise<void>>();

  constructor(
    private readonly states: MirrorStates,
    private readonly mirror: MirrorStore,
    private readonly parts: {
      readonly firstRead: FirstRead;
      readonly increment: Increment;
      readonly tell: TellClients;
    },
    private readonly portals: PortalStore,
    private readonly clients: ClientStore,
    private readonly webhooks: PortalWebhooks,
    private readonly clock: PostgresClock,
    private readonly settings: FollowSettings,
    private readonly monotonic: Clock = monotonicClock,
  ) {}

  /**
   * @param clients how many it is for
   * @returns whether the copy can be relied on now
   * @throws ReadFailure
   */
  async upToDate(requests: LaneRequests, portal: ReadablePortal, clients: number): Promise<boolean> {
    const { lane } = requests.lease;
    // A few calls that people wait for do not wait for long for the background: their clients are asked for one by one.
    // Many do: two requests for each client cost far more than the step that is waited for.
    if (requests.isUrgent && clients <= handful && !(await this.isStepOver(lane))) return false;
    return this.alone(lane, () => this.catchUp(requests, portal));
  }

  /** Waits for the background's step, if one goes on, but not longer than a usual page takes. */
  private async isStepOver(lane: string): Promise<boolean> {
    const step = this.stepping.get(lane);
    if (step === undefined) return true;
    let cancel = (): void => undefined;
    const late = new Promise<boolean>((resolve) => (cancel = this.monotonic.after(stepMs, () => resolve(false))));
    const isOver = await Promise.race([step.then(() => true), late]);
    cancel();
    return isOver;
  }

  /** Is there something to do in the background? */
  async isDue(lane: string): Promise<boolean> {
    if (this.settings.months === 0) return false;
    const dueAt = await this.states.dueAt(lane);
    return dueAt !== null && dueAt <= this.clock.now();
  }

  /** When there will be, Unix milliseconds; null = nobody knows. */
  async nextAt(tx: EntityManager, lane: string): Promise<number | null> {
    return this.settings.months === 0 ? null : this.states.dueAt(lane, tx);
  }

  /** One step in the background; what fails is tried again later. */
  async inBackground(requests: LaneRequests, failures: LaneFailures, portal: ReadablePortal): Promise<void> {
    const { lane } = requests.lease;
    const put = await failures.settling(portal, () =>
      this.stepAlone(lane, () => this.step(requests.as('backfill'), portal)),
    );
    if (put !== null) await this.states.putOff(lane, Math.max(put.until, this.clock.now() + failedMs));
  }

  private async step(requests: LaneRequests, portal: ReadablePortal): Promise<void> {
    const { lane } = requests.lease;
    const state = (await this.states.of(lane)) ?? (await this.begin(lane));
    const { reading } = state;
    if (reading !== null && reading.list !== 'changes') {
      await this.save(lane, await this.parts.firstRead.page(requests, portal, state), this.settings.paceMs);
      return;
    }
    if (!isComplete(state) || state.toldAt !== null) {
      // Not sooner: until somebody follows, a hook would be a request for nothing.
      if (state.toldAt !== null) await this.webhooks.keep(requests, portal);
      await this.readChanges(requests, portal, state, Number.POSITIVE_INFINITY);
      return;
    }
    await this.tellNext(lane, portal, state);
  }

  private async catchUp(requests: LaneRequests, portal: ReadablePortal): Promise<boolean> {
    const { lane } = requests.lease;
    let state = (await this.states.of(lane)) ?? (await this.begin(lane));
    const now = this.clock.now();
    if (isComplete(state) && state.readAt !== null && now - state.readAt < freshMs) return true;
    // The background will get there; until then amoCRM is asked client by client.
    if (!isComplete(state) && state.tooLargeAt !== null) return false;
    while (state.reading !== null && state.reading.list !== 'changes') {
      if (state.reading.page > maxPages) {
        await this.save(lane, { ...state, tooLargeAt: now }, this.settings.paceMs);
        return false;
      }
      state = await this.parts.firstRead.page(requests, portal, state);
      await this.save(lane, state, this.settings.paceMs);
    }
    return this.readChanges(requests, portal, state, maxPages);
  }

  private async begin(lane: string): Promise<MirrorState> {
    const state = nothingRead(this.clock.now(), this.settings.months);
    await this.mirror.clear(lane);
    await this.save(lane, state, this.settings.paceMs);
    return state;
  }

  /** @returns whether the copy is up to date */
  private async readChanges(
    requests: LaneRequests,
    portal: ReadablePortal,
    state: MirrorState,
    pages: number,
  ): Promise<boolean> {
    const { lane } = requests.lease;
    const readAt = this.clock.now();
    const until = await this.parts.increment.read(requests, portal, state, pages);
    if (until === null) {
      await this.states.putOff(lane, readAt);
      return false;
    }
    const { visibilityDelayMs, paceMs } = this.settings;
    const wasHinted = state.hintedAt !== null && readAt - state.hintedAt < visibilityDelayMs;
    const againMs = state.toldAt === null ? paceMs : wasHinted ? visibilityDelayMs : clockMs;
    await this.save(lane, { ...state, reading: null, until, readAt }, againMs);
    return true;
  }

  private async tellNext(lane: string, { directory }: ReadablePortal, state: MirrorState): Promise<void> {
    const asOf = state.readAt ?? this.clock.now();
    const told = { lane, directory, asOf };
    if (state.toldPhone === null) {
      const cards = await this.mirror.cardsAfter(lane, state.toldTo, tellSize);
      await this.parts.tell.all(told, phonesOf(cards));
      const last = cards.at(-1);
      const next = last === undefined ? { toldPhone: '' } : { toldTo: { type: last.type, id: last.id } };
      await this.save(lane, { ...state, ...next }, this.settings.paceMs);
      return;
    }
    const phones = await this.clients.phonesAfter(lane, state.toldPhone, tellSize);
    await this.parts.tell.all(told, phones);
    const lastPhone = phones.at(-1);
    if (lastPhone !== undefined) {
      await this.save(lane, { ...state, toldPhone: lastPhone }, this.settings.paceMs);
      return;
    }
    // At once: what changed while clients were told, and the hook for what will.
    await this.save(lane, { ...state, toldAt: this.clock.now() }, this.settings.paceMs);
    await this.portals.tellLane(lane, this.clock.now());
  }

  private async save(lane: string, state: MirrorState, againMs: number): Promise<void> {
    await this.states.save(lane, state, this.clock.now() + againMs);
  }

  private async stepAlone(lane: string, work: () => Promise<void>): Promise<void> {
    const step = this.alone(lane, work);
    const settled = step.catch(() => undefined);
    this.stepping.set(lane, settled);
    await step.finally(() => {
      if (this.stepping.get(lane) === settled) this.stepping.delete(lane);
    });
  }

  private async alone<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(lane) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.last.set(lane, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(lane) === mine) this.last.delete(lane);
    }
  }
}
