import {
  type AmocrmClient,
  type CallOptions,
  type Page,
  type Pages,
  type ReadResult,
  type Rejected,
  type Retry,
  type StopPortal,
} from '@perezvon/amocrm';
import { hasSameAccess, type PortalRow } from '../portals/portal.js';
import { holdsForLane, stoppingOf } from '../portals/portal-stop.js';
import type { LaneLease } from './lane-lease.js';

/** A read that did not give what it was for. Carries the client's own result; the lane's turn decides what it means. */
export class ReadFailure extends Error {
  readonly code = 'read_failure';

  constructor(
    readonly portal: PortalRow,
    readonly result: Rejected | Retry | StopPortal,
  ) {
    super(`amoCRM could not be read: ${result.reason}`);
    this.name = 'ReadFailure';
  }
}

/** The portal has no credentials: nothing was sent. */
export class NoCredentials extends Error {
  readonly code = 'no_credentials';

  constructor(readonly portal: PortalRow) {
    super('the portal has no credentials');
    this.name = 'NoCredentials';
  }
}

/**
 * Waits for all, then fails with the first failure: a request must not outlive the turn that asked for it, or it would
 * leave after the lane was given back.
 */
export async function together<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** At most so many requests of one lane are on the wire: what a zombie can still do (design.md, Fencing). */
export const maxInFlight = 4;

/**
 * What a request is for: a call that just happened, one of a backlog, a look at what was sent, or filling the copy of the
 * account.
 */
export type Share = 'urgent' | 'call' | 'read_back' | 'backfill';

/**
 * Lets `limit` at a time through, and decides who is next: calls first, the urgent ones before the others, then looks,
 * backfill last. Each fourth turn is a look's, each eighth a backfill's and each third one of a backlog's if one waits, so
 * that a flood of calls does not leave doubts open for ever, nor a backlog undone.
 */
export class Slots {
  private free: number;
  private given = 0;
  private readonly waiting: Record<Share, (() => void)[]> = { urgent: [], call: [], read_back: [], backfill: [] };

  constructor(limit: number) {
    this.free = limit;
  }

  async hold<T>(share: Share, work: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>((admit) => this.waiting[share].push(admit));
    else this.free -= 1;
    this.given += 1;
    try {
      return await work();
    } finally {
      const next = this.next();
      if (next) next();
      else this.free += 1;
    }
  }

  private next(): (() => void) | undefined {
    const order: Share[] = ['urgent', 'call', 'read_back', 'backfill'];
    if (this.given % 8 === 0) order.unshift('backfill');
    else if (this.given % 4 === 0) order.unshift('read_back');
    else if (this.given % 3 === 0) order.unshift('call');
    const share = order.find((each) => this.waiting[each].length > 0);
    return share && this.waiting[share].shift();
  }
}

interface Refusal {
  readonly portal: PortalRow;
  readonly result: StopPortal;
}

export type ClientOf = (portal: PortalRow) => AmocrmClient;

/** All requests of one turn of a lane: in its slots, under its lease. */
export class LaneRequests {
  constructor(
    readonly lease: LaneLease,
    private readonly clientOf: ClientOf,
    private readonly slots: Slots,
    /** Stopping for good: what has not left yet stays here. */
    private readonly stopping: AbortSignal,
    private readonly share: Share = 'call',
    private readonly life = { answered: false },
    private readonly refusals = new Map<string, Refusal>(),
  ) {}

  /** Some request was answered: the lane is alive. */
  get answered(): boolean {
    return this.life.answered;
  }

  /** They are of a call that just happened. */
  get isUrgent(): boolean {
    return this.share === 'urgent';
  }

  /** The same lane's requests in another share of its budget. */
  as(share: Share): LaneRequests {
    return new LaneRequests(this.lease, this.clientOf, this.slots, this.stopping, share, this.life, this.refusals);
  }

  /** For the requests that find out whether amoCRM still refuses a portal: what it refused in this turn keeps none of them. */
  asProbe(): LaneRequests {
    return new LaneRequests(this.lease, this.clientOf, this.slots, this.stopping, this.share, this.life);
  }

  /** A probe was answered: what amoCRM refused in this turn is over. */
  readmit({ portalId }: PortalRow): void {
    this.refusals.delete(portalId);
  }

  /** @throws ReadFailure unless it is done */
  async read<T>(
    portal: PortalRow,
    ask: (client: AmocrmClient, options: CallOptions) => Promise<ReadResult<T>>,
  ): Promise<T> {
    const result = await this.send(portal, ask);
    if (result.kind !== 'done') throw this.failure(portal, result);
    return result.value;
  }

  /** Pages of a list, each a request of its own. @throws ReadFailure */
  async *pages<T>(
    portal: PortalRow,
    list: (client: AmocrmClient, options: CallOptions) => Pages<T>,
  ): AsyncGenerator<Page<T>, void, undefined> {
    const pages = list(this.clientOf(portal), this.options(portal));
    for (;;) {
      const next = await this.slots.hold(this.share, () => pages.next());
      if (next.done === true) return;
      this.remember(portal, next.value);
      if (next.value.kind !== 'done') throw this.failure(portal, next.value);
      this.life.answered = true;
      yield next.value.value;
    }
  }

  /** One call as it ended, whatever it ended with: for writes, whose every ending means something of its own. */
  async send<R extends { readonly kind: string }>(
    portal: PortalRow,
    call: (client: AmocrmClient, options: CallOptions) => Promise<R>,
  ): Promise<R> {
    const result = await this.slots.hold(this.share, () => call(this.clientOf(portal), this.options(portal)));
    if (result.kind === 'done' || result.kind === 'rejected') this.life.answered = true;
    this.remember(portal, result);
    return result;
  }

  /** Once amoCRM has said that nothing will work, what still waits for its turn stays here, for the same reason. */
  private failure(portal: PortalRow, result: Rejected | Retry | StopPortal): ReadFailure {
    const wasHeld = result.kind === 'retry' && result.reason === 'send_refused';
    return new ReadFailure(portal, (wasHeld && this.refusalOf(portal)) || result);
  }

  private remember(portal: PortalRow, result: { readonly kind: string; readonly reason?: unknown }): void {
    if (isStop(result)) this.refusals.set(portal.portalId, { portal, result });
  }

  /** What amoCRM refused in this turn. New credentials are not those that it refused. */
  private refusalOf(portal: PortalRow): StopPortal | undefined {
    const refusal = this.refusals.get(portal.portalId);
    if (refusal === undefined) return undefined;
    const { reason } = stoppingOf(refusal.result);
    return holdsForLane(reason) || hasSameAccess(refusal.portal, portal) ? refusal.result : undefined;
  }

  private options(portal: PortalRow): CallOptions {
    return {
      maySend: () => this.lease.isHeld() && this.refusalOf(portal) === undefined,
      signal: AbortSignal.any([this.lease.lost, this.stopping]),
    };
  }
}

/** A 403 with words is about the one write, and may be the tariff's limit (R12): what it means is found out by asking. */
const isStop = (result: { readonly kind: string; readonly reason?: unknown }): result is StopPortal =>
  result.kind === 'stop_portal' && result.reason !== 'forbidden';
