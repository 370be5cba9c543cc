import { type Clock } from '../clock.js';
import { type PortalSettings } from '../settings.js';

export type LimitVerdict = 'pass' | 'rejected' | 'blocked';

/** Times of requests, in order, by whatever they are counted for. */
export type RequestTimes = Map<string, number[]>;

/** Whom a request is counted for. */
export interface Countable {
  readonly integrationId: string;
  readonly ip: string;
}

/**
 * The vendor's limits (§2.1): so many requests in any sliding second per integration and per account; 429 beyond that;
 * repeated 429s block the account with 403. By switch the address that calls is counted instead of the integration, over
 * all portals, as the vendor's other brand does.
 *
 * States of the account: open → (`blockAfterRejections` within `blockWindowMs`) → blocked → (`unblock`, or after
 * `blockDurationMs`) → open. A rejected request does not use up the budget; it counts towards the block.
 */
export class RateLimiter {
  private readonly byIntegration: RequestTimes = new Map();
  private account: number[] = [];
  private rejections: number[] = [];
  private blockedUntilMs = 0;

  constructor(
    private readonly settings: PortalSettings,
    private readonly clock: Clock,
    /** Shared by the portals of the process. */
    private readonly byIp: RequestTimes,
  ) {}

  get blocked(): boolean {
    return this.clock.nowMs() < this.blockedUntilMs;
  }

  admit({ integrationId, ip }: Countable): LimitVerdict {
    if (this.blocked) return 'blocked';
    const nowMs = this.clock.nowMs();
    const { requestsPerSecond, accountRequestsPerSecond, countRequestsBy } = this.settings;
    const own = countRequestsBy === 'ip' ? timesOf(this.byIp, ip) : timesOf(this.byIntegration, integrationId);
    dropOlder(own, nowMs, 1000);
    dropOlder(this.account, nowMs, 1000);
    if (own.length >= requestsPerSecond || this.account.length >= accountRequestsPerSecond) {
      this.reject();
      return 'rejected';
    }
    own.push(nowMs);
    this.account.push(nowMs);
    return 'pass';
  }

  /** Counts a 429, also one that a fault made. */
  reject(): void {
    const nowMs = this.clock.nowMs();
    dropOlder(this.rejections, nowMs, this.settings.blockWindowMs);
    this.rejections.push(nowMs);
    const { blockAfterRejections } = this.settings;
    if (blockAfterRejections > 0 && this.rejections.length >= blockAfterRejections) this.block();
  }

  block(): void {
    const { blockDurationMs } = this.settings;
    this.blockedUntilMs = blockDurationMs === null ? Infinity : this.clock.nowMs() + blockDurationMs;
    this.rejections = [];
  }

  unblock(): void {
    this.blockedUntilMs = 0;
    this.rejections = [];
  }
}

function timesOf(all: RequestTimes, key: string): number[] {
  const known = all.get(key);
  if (known !== undefined) return known;
  const times: number[] = [];
  all.set(key, times);
  return times;
}

/** Leaves the times younger than `windowMs`; they are in order, so that only the head has to go. */
function dropOlder(times: number[], nowMs: number, windowMs: number): void {
  let first = 0;
  while (first < times.length && (times[first] ?? 0) <= nowMs - windowMs) first++;
  if (first > 0) times.splice(0, first);
}
