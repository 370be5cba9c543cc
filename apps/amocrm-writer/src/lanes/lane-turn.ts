import { answerQuestions } from '../clients/answer-questions.js';
import type { Lookup } from '../clients/client-store.js';
import type { EffectRow, ReadyEffect } from '../ledger/effect-row.js';
import { LeaseLost } from '../ledger/ledger.js';
import { checkPortal } from '../portals/check-portal.js';
import { isCheckDue, isUsable, seesAllCards, type PortalRow, type ReadablePortal } from '../portals/portal.js';
import { lookAt } from '../writes/look-round.js';
import { maxPerRound, roundsOf } from '../writes/rounds.js';
import { isCreation } from '../writes/tariff-limit.js';
import { WriteRound } from '../writes/write-round.js';
import { holdsForLane } from '../portals/portal-stop.js';
import { leaveHooks } from '../webhooks/leave-hooks.js';
import { testConnection } from '../portals/test-connection.js';
import { LaneFailures } from './lane-failures.js';
import type { TurnEnd } from './lane-leases.js';
import type { LaneRequests } from './lane-requests.js';
import type { Turn } from './turn-context.js';
import type { TurnTools } from './turn-tools.js';

/** Rounds, questions and looks that run beside each other; their requests share the lane's slots. */
const maxUnits = 8;
/** Beside them, of calls that just happened: these do not wait until a backlog's units end. */
const maxUrgentUnits = 4;
/** After this a turn ends even if there is more to do: lanes that wait for a writer come first then. */
const longTurnMs = 5_000;
/** So long urgent work may keep it from its end; what then runs is waited for alone. */
const longestTurnMs = 15_000;

/** So many times as long as a look for what is due has taken, the next one waits, if it is news alone that asks for it. */
const restPerLook = 3;
/** However slow Postgres is, a call that just happened waits no longer for being seen. */
const longestRestMs = 100;

/** A round, a question, a look, or whatever else the turn does by itself. */
interface Unit {
  readonly effects: readonly EffectRow[];
  readonly questions: readonly Lookup[];
  readonly isBacklog: boolean;
  /** A step of the copy, which may take pages, each after everybody else's requests. */
  readonly isBackground: boolean;
}

interface Due {
  readonly isFollow: boolean;
  readonly looks: readonly EffectRow[];
  readonly ready: readonly ReadyEffect[];
  readonly questions: readonly Lookup[];
}

/**
 * One turn of one lane: everything that is due, until nothing is, amoCRM asks for a pause, or the lease is gone.
 *
 *   take over what a dead holder left in doubt
 *   loop: portals to read or probe → looks due → effects ready → questions due ── each a unit of work in the lane's slots
 *         until no unit runs and nothing is due, or: paused · lost · stopping · long enough
 *
 *   open ──long enough──▶ ending: what runs is waited for, as long as amoCRM holds an answer; only urgent work begins
 *     ▲                      ├─ nothing runs ──▶ over
 *     └─ urgent work or the background still runs ─┘ (at last: over, once the turn has lasted longest)
 *
 * Units never share a client: what is being worked on is left out of the next pick.
 */
export class LaneTurn {
  private readonly turn: Turn;
  private readonly units = new Map<Unit, Promise<void>>();
  private readonly checkedPortals = new Set<string>();
  private readonly testedPortals = new Set<string>();
  private readonly leftPortals = new Set<string>();
  private readonly probedLimits = new Set<string>();
  private hasFollowed = false;
  private isProbingLane = false;
  private failure: Error | null = null;
  private unitCount = 0;
  private readonly startedAt: number;
  private openUntil: number;
  /** The turn is ending: these are waited for, and nothing else is begun that nobody waits for. */
  private last: readonly Unit[] | null = null;

  constructor(
    private readonly tools: TurnTools,
    private readonly requests: LaneRequests,
    private readonly originOf: (portal: PortalRow) => string,
    private readonly isStopping: () => boolean,
    /** Resolves when something was stored, or a little later. */
    private readonly news: () => Promise<void>,
  ) {
    const { portals, markerFields, clock, monotonic } = tools;
    this.startedAt = monotonic.now();
    this.openUntil = this.startedAt + longTurnMs;
    this.turn = {
      tools,
      requests,
      failures: new LaneFailures(tools, requests.lease.failures),
      readPortalAnew: async (portal) => {
        await markerFields.forget(this.lane);
        await portals.checkAgain(portal.portalId, clock.now());
        this.checkedPortals.delete(portal.portalId);
      },
    };
  }

  private get lane(): string {
    return this.requests.lease.lane;
  }

  private get endedCount(): number {
    return this.unitCount - this.units.size;
  }

  async run(): Promise<TurnEnd> {
    try {
      while (this.mayGoOn()) {
        const ended = this.endedCount;
        // From before the look: what is stored while it reads may be missing in what it has read.
        const news = this.news();
        const lookedAt = this.tools.monotonic.now();
        await this.startUnits();
        const rested = this.rested(this.tools.monotonic.now() - lookedAt);
        // What a unit that ended meanwhile has left to do was not seen.
        if (this.endedCount > ended) continue;
        if (this.units.size === 0) break;
        // A held answer must not keep what is stored meanwhile from going out: news ends the wait too.
        await Promise.race([...this.units.values(), Promise.all([news, rested])]);
      }
    } finally {
      await Promise.all(this.units.values());
    }
    if (this.failure !== null) throw this.failure;
    return {
      worked: this.requests.answered,
      pause: this.turn.failures.pause,
      wasIdle: this.unitCount === 0,
    };
  }

  /** What is stored in a burst is looked at together: a turn that looks at each piece of it does little else. */
  private rested(lookMs: number): Promise<void> {
    const ms = Math.min(restPerLook * lookMs, longestRestMs);
    return new Promise((resolve) => this.tools.monotonic.after(ms, resolve));
  }

  private mayGoOn(): boolean {
    this.openOrEnd(this.tools.monotonic.now());
    return (
      this.turn.failures.pause === null &&
      this.failure === null &&
      !this.isStopping() &&
      this.requests.lease.isHeld() &&
      (this.last === null || this.last.some((unit) => this.units.has(unit)))
    );
  }

  /** The lane cannot be given back while a unit runs, so there is no sense in keeping the others waiting for it. */
  private openOrEnd(now: number): void {
    const running = [...this.units.keys()];
    if (this.last === null && now >= this.openUntil) this.last = running.filter((unit) => !unit.isBackground);
    if (this.last === null || this.last.some((unit) => this.units.has(unit)) || running.length === 0) return;
    if (now >= this.startedAt + longestTurnMs && !running.some((unit) => unit.isBackground)) return;
    this.last = null;
    this.openUntil = now + longTurnMs;
  }

  private async startUnits(): Promise<void> {
    const { ledger, portals, clock } = this.tools;
    const { lease } = this.requests;
    await ledger.takeOver(this.lane, lease.fence.epoch, lease.previousHeldUntil, clock.now());
    const due = await this.due();
    // After what is due: a write that waits again because the copy of the portal was wrong must not meet the old copy.
    const all = await portals.ofLane(this.lane);

    this.startCare(all);
    const usable = all.filter(({ isLeaving }) => !isLeaving).filter((portal) => isUsable(portal, clock.now()));
    if (this.last === null) this.startReads(usable, due);
    this.startWrites(usable, due);
    this.startQuestions(usable, due);
  }

  /** What portals need before anything is sent to them. */
  private startCare(all: readonly PortalRow[]): void {
    for (const portal of all) {
      if (portal.isLeaving) {
        if (!this.leftPortals.has(portal.portalId)) this.start(() => leaveHooks(this.turn, portal));
        this.leftPortals.add(portal.portalId);
        continue;
      }
      if (portal.isTestAsked && !this.testedPortals.has(portal.portalId)) {
        this.testedPortals.add(portal.portalId);
        this.start(() => testConnection(this.turn, portal));
      }
      // Each portal at most once a turn: its next check has a time of its own.
      if (this.checkedPortals.has(portal.portalId) || !isCheckDue(portal, this.tools.clock.now())) continue;
      this.startCheck(portal);
    }
  }

  /** One probe finds out for all portals of a lane that amoCRM has shut. */
  private startCheck(portal: PortalRow): void {
    const isForAll = portal.stop !== null && holdsForLane(portal.stop.reason);
    if (isForAll && this.isProbingLane) return;
    if (isForAll) this.isProbingLane = true;
    this.checkedPortals.add(portal.portalId);
    this.start(() =>
      checkPortal(this.turn, portal, this.originOf).finally(() => {
        if (isForAll) this.isProbingLane = false;
      }),
    );
  }

  private startReads(usable: readonly ReadablePortal[], due: Due): void {
    const reader = usable.find(seesAllCards);
    // A step a turn: the copy must not hold the lane's turn, nor keep other lanes from theirs.
    if (reader !== undefined && !this.hasFollowed && due.isFollow) {
      this.hasFollowed = true;
      const follow = (): Promise<void> =>
        this.tools.follow.inBackground(this.turn.requests, this.turn.failures, reader);
      this.start(follow, { isBackground: true });
    }
    for (const portal of usable) {
      const effects = due.looks.filter(({ command }) => command.portalId === portal.portalId);
      if (effects.length > 0) this.start(() => lookAt(this.turn, portal, effects), { effects });
    }
  }

  private startWrites(usable: readonly ReadablePortal[], due: Due): void {
    const ready = this.oncePerClient(due.ready);
    for (const portal of usable) {
      for (const { effects, isUrgent } of roundsOf(this.withinTariff(portal, ready))) {
        if (!this.hasRoom(isUrgent)) continue;
        const run = (): Promise<void> => new WriteRound(this.turnFor(isUrgent), portal).run(effects);
        this.start(run, { effects, isBacklog: !isUrgent });
      }
    }
  }

  private startQuestions(usable: readonly ReadablePortal[], due: Due): void {
    for (const isUrgent of [true, false]) {
      for (const portal of usable) {
        const questions = due.questions.filter(
          (each) => each.portalId === portal.portalId && each.isUrgent === isUrgent,
        );
        if (questions.length === 0 || !this.hasRoom(isUrgent)) continue;
        const answer = (): Promise<void> => answerQuestions(this.turnFor(isUrgent), portal, questions);
        this.start(answer, { questions, isBacklog: !isUrgent });
      }
    }
  }

  /** However many calls come in, one unit is the backlog's. */
  private hasRoom(isUrgent: boolean): boolean {
    if (isUrgent) return this.units.size < maxUnits + maxUrgentUnits;
    if (this.last !== null) return false;
    return this.units.size < maxUnits || ![...this.units.keys()].some(({ isBacklog }) => isBacklog);
  }

  private turnFor(isUrgent: boolean): Turn {
    return isUrgent ? { ...this.turn, requests: this.turn.requests.as('urgent') } : this.turn;
  }

  /** What the lane has to do and no unit is busy with. A unit that ends meanwhile may leave an old row behind: not now. */
  private async due(): Promise<Due> {
    const { queries, clients, follow } = this.tools;
    const { seqs, questions: asked } = this.busy();
    const isFollow = !this.hasFollowed && (await follow.isDue(this.lane));
    const looks = await queries.looksDue(this.lane, 200);
    const ready = await queries.ready(this.lane, maxPerRound * maxUnits, [...seqs]);
    const questions = await clients.due(this.lane, maxPerRound);
    return {
      isFollow,
      looks: looks.filter(({ seq }) => !seqs.has(seq)),
      ready,
      questions: questions.filter(({ phone }) => !asked.has(phone)),
    };
  }

  private busy(): { readonly [Each in 'seqs' | 'phones' | 'questions']: Set<string> } {
    const units = [...this.units.keys()];
    const effects = units.flatMap((unit) => unit.effects);
    return {
      seqs: new Set(effects.map(({ seq }) => seq)),
      phones: new Set(effects.flatMap(({ command }) => command.phone ?? [])),
      questions: new Set(units.flatMap((unit) => unit.questions.map(({ phone }) => phone))),
    };
  }

  /** What is due for a portal; while its tariff's limit is in doubt one creation a turn finds out whether it still holds. */
  private withinTariff(portal: PortalRow, ready: readonly ReadyEffect[]): ReadyEffect[] {
    const due = ready.filter(({ command }) => command.portalId === portal.portalId);
    if (portal.limit === null) return due;
    const probe = this.probedLimits.has(portal.portalId) ? undefined : due.find(isCreation);
    if (probe !== undefined) this.probedLimits.add(portal.portalId);
    return due.filter((effect) => effect === probe || !isCreation(effect));
  }

  private oncePerClient(effects: readonly ReadyEffect[]): ReadyEffect[] {
    const { seqs, phones } = this.busy();
    return effects.filter(({ seq, command: { phone } }) => {
      if (seqs.has(seq) || (phone !== null && phones.has(phone))) return false;
      if (phone !== null) phones.add(phone);
      return true;
    });
  }

  private start(work: () => Promise<void>, of: Partial<Unit> = {}): void {
    const unit: Unit = { effects: [], questions: [], isBacklog: false, isBackground: false, ...of };
    const running = work()
      .catch((error: unknown) => this.ended(error))
      .finally(() => this.units.delete(unit));
    this.units.set(unit, running);
    this.unitCount += 1;
  }

  /** How a unit's error concerns the lane as a whole. What a unit could settle by itself it has settled. */
  private ended(error: unknown): void {
    if (error instanceof LeaseLost) {
      this.requests.lease.lose();
      return;
    }
    this.failure ??= error instanceof Error ? error : new Error('a unit of work failed', { cause: error });
  }
}
