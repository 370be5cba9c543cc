import { cardForClients, readClient } from '../clients/read-client.js';
import type { Lookup } from '../clients/client-store.js';
import type { EffectRow } from '../ledger/effect-row.js';
import type { Happening } from '../ledger/effect-state.js';
import { LeaseLost, namesOf } from '../ledger/ledger.js';
import { checkPortal } from '../portals/check-portal.js';
import type { Directory, PortalRow } from '../portals/portal.js';
import { stopReasonOf } from '../portals/portal-stop.js';
import { look } from '../writes/look.js';
import { MarkerFieldMissing } from '../writes/marker-field.js';
import { prepare, type Outgoing } from '../writes/prepare.js';
import { routeKey } from '../writes/route.js';
import { writeGroup } from '../writes/write-group.js';
import type { TurnEnd } from './lane-leases.js';
import { NoCredentials, ReadFailure, type LaneRequests } from './lane-requests.js';
import type { TurnTools } from './turn-context.js';

type ReadablePortal = PortalRow & { readonly directory: Directory };

/** Effects that are made ready together and share requests where they can. */
const maxPerRound = 10;
/** Rounds, questions and looks that run beside each other; their requests share the lane's slots. */
const maxUnits = 8;
/** A copy of the portal older than this is read anew before it is used for writing. */
const copyIsOldMs = 60 * 60 * 1000;
/** A turn ends after this even if there is more to do: lanes that wait for a writer come first then. */
const longTurnMs = 5_000;
const longestPauseMs = 5 * 60_000;

/**
 * One turn of one lane: everything that is due, until nothing is, amoCRM asks for a pause, or the lease is gone.
 *
 *   take over what a dead holder left in doubt
 *   loop: portals to read or probe → looks due → questions due → effects ready ── each a unit of work in the lane's slots
 *         until no unit runs and nothing is due, or: paused · lost · stopping · long enough
 *
 * Units never share a client: what is being worked on is left out of the next pick.
 */
export class LaneTurn {
  private readonly units = new Set<Promise<void>>();
  private readonly busySeqs = new Set<string>();
  private readonly busyPhones = new Set<string>();
  private readonly busyQuestions = new Set<string>();
  private readonly checkedPortals = new Set<string>();
  private pauseMs: number | null = null;
  private failure: Error | null = null;
  private unitCount = 0;

  constructor(
    private readonly tools: TurnTools,
    private readonly requests: LaneRequests,
    private readonly originOf: (portal: PortalRow) => string,
    private readonly isStopping: () => boolean,
    /** Resolves when something was stored, or a little later. */
    private readonly news: () => Promise<void>,
  ) {}

  private get lane(): string {
    return this.requests.lease.lane;
  }

  async run(): Promise<TurnEnd> {
    const endAt = performance.now() + longTurnMs;
    try {
      while (this.mayGoOn(endAt)) {
        const started = await this.startUnits();
        if (this.units.size === 0) break;
        // A held answer must not keep what is stored meanwhile from going out: news ends the wait too.
        if (started === 0 || this.units.size >= maxUnits) await Promise.race([...this.units, this.news()]);
      }
    } finally {
      await Promise.all(this.units);
    }
    if (this.failure !== null) throw this.failure;
    return { worked: this.requests.answered, pauseMs: this.pauseMs, wasIdle: this.unitCount === 0 };
  }

  private mayGoOn(endAt: number): boolean {
    return (
      this.pauseMs === null &&
      this.failure === null &&
      !this.isStopping() &&
      this.requests.lease.isHeld() &&
      performance.now() < endAt
    );
  }

  /** @returns how many units were started */
  private async startUnits(): Promise<number> {
    const { ledger, clients, portals, clock } = this.tools;
    const { lease } = this.requests;
    await ledger.takeOver(this.lane, lease.fence.epoch, lease.previousHeldUntil, clock.now());
    const mine = await portals.ofLane(this.lane);
    const before = this.units.size;

    for (const portal of mine.filter((each) => this.isCheckDue(each))) {
      this.checkedPortals.add(portal.portalId);
      this.start(() => this.check(portal));
    }
    const usable = new Map(
      mine.flatMap((portal) => (isUsable(portal, clock.now()) ? [[portal.portalId, portal] as const] : [])),
    );

    const looks = (await ledger.looksDue(this.lane, 200)).filter(({ seq }) => !this.busySeqs.has(seq));
    for (const [portalId, effects] of groupBy(looks, ({ command }) => command.portalId)) {
      const portal = usable.get(portalId);
      if (portal !== undefined) this.start(() => this.lookAt(portal, effects), effects);
    }
    const questions = await clients.due(this.lane, maxUnits);
    for (const question of questions) {
      const portal = usable.get(question.portalId);
      if (portal === undefined || this.busyQuestions.has(question.phone) || this.units.size >= maxUnits) continue;
      this.busyQuestions.add(question.phone);
      this.start(async () => {
        await this.answer(portal, question).finally(() => this.busyQuestions.delete(question.phone));
      });
    }
    const ready = await ledger.ready(this.lane, maxPerRound * maxUnits);
    const free = this.oncePerClient(ready.filter(({ command }) => usable.has(command.portalId)));
    for (let from = 0; from < free.length && this.units.size < maxUnits; from += maxPerRound) {
      const round = free.slice(from, from + maxPerRound);
      this.start(() => this.write(usable, round), round);
    }
    return this.units.size - before;
  }

  /** Each portal at most once a turn: its next check has a time of its own. */
  private isCheckDue(portal: PortalRow): boolean {
    if (this.checkedPortals.has(portal.portalId)) return false;
    const now = this.tools.clock.now();
    if (portal.stop !== null) return portal.stop.until !== null && portal.stop.until <= now;
    return !isUsable(portal, now);
  }

  private oncePerClient(effects: readonly EffectRow[]): EffectRow[] {
    const phones = new Set(this.busyPhones);
    return effects.filter(({ seq, command: { phone } }) => {
      if (this.busySeqs.has(seq) || (phone !== null && phones.has(phone))) return false;
      if (phone !== null) phones.add(phone);
      return true;
    });
  }

  private start(work: () => Promise<void>, effects: readonly EffectRow[] = []): void {
    const phones = effects.flatMap(({ command }) => command.phone ?? []);
    for (const { seq } of effects) this.busySeqs.add(seq);
    for (const phone of phones) this.busyPhones.add(phone);
    const unit = work()
      .catch((error: unknown) => this.ended(error))
      .finally(() => {
        for (const { seq } of effects) this.busySeqs.delete(seq);
        for (const phone of phones) this.busyPhones.delete(phone);
        this.units.delete(unit);
      });
    this.units.add(unit);
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

  private async check(portal: PortalRow): Promise<void> {
    const put = await this.settling(portal, () =>
      checkPortal(this.tools, this.requests, portal, this.originOf(portal)),
    );
    // The account itself may not be read, and will not be tomorrow: somebody has to see to it.
    if (put?.isFinal === true) {
      const reason = put.reason === 'forbidden' ? 'no_rights' : 'not_found';
      await this.tools.portals.stop(portal, reason, undefined, this.tools.clock.now());
    }
  }

  /** Runs requests whose failure is not about one effect alone. @returns what their failure puts off; null = they worked */
  private async settling(portal: PortalRow, work: () => Promise<void>): Promise<Postponed | null> {
    try {
      await work();
      return null;
    } catch (error) {
      return this.postponed(portal, error);
    }
  }

  /** What a failure to read means for the lane and the portal, and until when it puts off what was to be done. */
  private async postponed(portal: PortalRow, error: unknown): Promise<Postponed> {
    const { portals, clock, log } = this.tools;
    const now = clock.now();
    if (error instanceof NoCredentials) {
      await portals.stop(portal, 'no_credentials', undefined, now);
      return { reason: 'no_credentials', until: now, isFinal: false };
    }
    if (error instanceof MarkerFieldMissing) return { reason: error.code, until: error.retryAt, isFinal: false };
    if (!(error instanceof ReadFailure)) throw error;
    const { result } = error;
    const names = { accountId: portal.accountId, portalId: portal.portalId, lane: this.lane, reason: result.reason };
    switch (result.kind) {
      case 'stop_portal': {
        const reason = stopReasonOf(result.reason);
        log.warn({ ...names, stop: reason }, 'portal stopped');
        await portals.stop(portal, reason, result.afterMs, now);
        return { reason, until: now, isFinal: false };
      }
      case 'retry':
        // The lease was lost, or the process stops: amoCRM has done nothing wrong.
        if (result.reason === 'send_refused' || result.reason === 'aborted_before_send') {
          return { reason: 'writer_stopped', until: now, isFinal: false };
        }
        return { reason: result.reason, until: now + this.pause(result.afterMs), isFinal: false };
      case 'rejected':
        return { reason: result.reason, until: now, isFinal: true };
    }
  }

  /** No new work on this lane for a while: longer with each failed turn. @returns for how long */
  private pause(afterMs = 0): number {
    const { failures } = this.requests.lease;
    const ms = Math.max(afterMs, Math.min(1_000 * 2 ** Math.min(failures, 16), longestPauseMs));
    this.pauseMs = Math.max(this.pauseMs ?? 0, ms);
    return this.pauseMs;
  }

  private async lookAt(portal: ReadablePortal, effects: readonly EffectRow[]): Promise<void> {
    const { ledger, clients, clock } = this.tools;
    const lookBegunAt = clock.now();
    let found: Awaited<ReturnType<typeof look>> | undefined;
    const put = await this.settling(portal, async () => {
      found = await look(this.tools, this.requests, portal, effects);
    });
    const now = clock.now();
    await ledger.record(
      effects.map((effect) => {
        const one = found?.get(effect.seq);
        const happened = (row: EffectRow): Happening => {
          if (put !== null) return { what: 'look_failed', lookAt: put.isFinal ? now + longestPauseMs : put.until };
          if (one === undefined) return { what: 'not_found', lookBegunAt };
          const newerWanted = row.command.revision > (row.sent?.revision ?? row.command.revision);
          return { what: 'found', at: now, several: one.several, newerWanted };
        };
        const learnt = one ? { entities: one.made.entities, amocrmId: one.made.amocrmId, existed: false } : {};
        return { seq: effect.seq, happened, learnt };
      }),
      now,
      async (tx) => {
        for (const { seq, lane, command } of effects) {
          const made = found?.get(seq)?.made;
          if (made === undefined || command.phone === null) continue;
          const phone = command.phone;
          await clients.rememberOwnCards(
            tx,
            made.ownCards.map((card) => ({ ...card, lane, phone })),
          );
          // Nobody remembers what else the client has: ask, so that crm.clients.v1 is right again.
          if (made.ownCards.length > 0) await clients.askOwn(tx, command.portalId, lane, phone);
        }
      },
    );
  }

  private async answer(portal: ReadablePortal, question: Lookup): Promise<void> {
    const { clients, ledger, clock } = this.tools;
    const { phone } = question;
    const asOf = clock.now();
    const own = await clients.ownCards(this.lane, phone);
    const put = await this.settling(portal, async () => {
      const cards = await readClient(this.requests, portal, portal.directory, phone, own);
      await ledger.inTransaction(async (tx, outbox) => {
        await clients.publish(tx, outbox, {
          lane: this.lane,
          phone,
          cards: cards.map(cardForClients),
          asOf,
          origin: 'lookup',
        });
        await clients.answered(tx, this.lane, question);
      });
    });
    if (put !== null) {
      const afterMs = put.isFinal ? copyIsOldMs : Math.max(0, put.until - clock.now());
      await clients.askLater(this.lane, phone, afterMs);
    }
  }

  private async write(usable: ReadonlyMap<string, ReadablePortal>, round: readonly EffectRow[]): Promise<void> {
    const prepared = await Promise.all(round.map((effect) => this.prepareOne(usable, effect)));
    const writes = prepared.filter((each) => each !== null);
    const groups = groupBy(writes, (each) => (each.effect.isAlone ? `alone|${each.effect.seq}` : routeKey(each)));
    await Promise.all([...groups.values()].map((group) => this.writeOne(group)));
  }

  /** Null = there is nothing to send for it now, and the ledger says why. */
  private async prepareOne(usable: ReadonlyMap<string, ReadablePortal>, effect: EffectRow): Promise<Outgoing | null> {
    const { ledger, clock } = this.tools;
    const portal = usable.get(effect.command.portalId);
    if (portal === undefined || this.pauseMs !== null) return null;
    let outgoing: Outgoing | null = null;
    const put = await this.settling(portal, async () => {
      const prepared = await prepare(this.tools, this.requests, portal, effect);
      if (prepared.kind === 'write') outgoing = prepared.outgoing;
      else {
        const { happening, learnt } = prepared;
        await ledger.record([{ seq: effect.seq, happened: () => happening, learnt }], clock.now());
      }
    });
    if (put === null) return outgoing;
    const happening: Happening = put.isFinal
      ? { what: 'refused', reason: `not_readable_${put.reason}` }
      : { what: 'not_applied', notBefore: put.until, reason: put.reason };
    await ledger.record([{ seq: effect.seq, happened: () => happening }], clock.now());
    return null;
  }

  private async writeOne(group: readonly Outgoing[]): Promise<void> {
    const portal = group[0]?.portal;
    if (portal === undefined || this.pauseMs !== null) return;
    const { portals, markerFields, clock, log } = this.tools;
    const retryAt = (): number => clock.now() + (this.pauseMs ?? 0);
    const put = await this.settling(portal, async () => {
      const result = await writeGroup(this.tools, this.requests, group, retryAt, async () => {
        await markerFields.forget(this.lane);
        await portals.checkAgain(portal.portalId, clock.now());
        this.checkedPortals.delete(portal.portalId);
      });
      for (const { effect } of group) {
        log.info(
          { ...namesOf(effect), items: group.length, outcome: result.kind, requestId: result.requestId },
          'request ended',
        );
      }
      if (result.kind === 'retry' || result.kind === 'stop_portal') throw new ReadFailure(portal, result);
      // Servers that break down are not loaded further; a connection that broke once is no reason to wait.
      if (result.kind === 'in_doubt' && (result.status ?? 0) >= 500) this.pause();
    });
    if (put !== null) log.warn({ lane: this.lane, portalId: portal.portalId, reason: put.reason }, 'not sent');
  }
}

interface Postponed {
  readonly reason: string;
  /** Unix milliseconds by Postgres's clock. */
  readonly until: number;
  /** It will be refused again. */
  readonly isFinal: boolean;
}

/** Read at least once, not stopped, and its copy good to write by: not old, and not known to be wrong. */
function isUsable(portal: PortalRow, now: number): portal is ReadablePortal {
  if (portal.stop !== null || portal.directory === null) return false;
  if (portal.checkAt !== null && portal.checkAt <= now) return false;
  return portal.directoryReadAt !== null && now - portal.directoryReadAt < copyIsOldMs;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
