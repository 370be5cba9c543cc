import { type PortalSettings } from '../settings.js';

export type LimitVerdict = 'pass' | 'rejected' | 'blocked';

/**
 * The vendor's limits (§2.1): so many requests in any sliding second per integration and per account; 429 beyond that;
 * repeated 429s block the account with 403 until a person lifts it.
 *
 * States of the account: open → (`blockAfterRejections` within `blockWindowMs`) → blocked → (`unblock`) → open.
 * A rejected request does not use up the budget; it counts towards the block.
 */
export class RateLimiter {
  private readonly byIntegration = new Map<string, number[]>();
  private account: number[] = [];
  private rejections: number[] = [];
  private isBlocked = false;

  constructor(private readonly settings: PortalSettings) {}

  get blocked(): boolean {
    return this.isBlocked;
  }

  admit(integrationId: string, nowMs: number): LimitVerdict {
    if (this.isBlocked) return 'blocked';
    const integration = within(this.byIntegration.get(integrationId) ?? [], nowMs, 1000);
    this.account = within(this.account, nowMs, 1000);
    this.byIntegration.set(integrationId, integration);
    const { requestsPerSecond, accountRequestsPerSecond } = this.settings;
    if (integration.length >= requestsPerSecond || this.account.length >= accountRequestsPerSecond) {
      this.reject(nowMs);
      return 'rejected';
    }
    integration.push(nowMs);
    this.account.push(nowMs);
    return 'pass';
  }

  /** Counts a 429, also one that a fault made. */
  reject(nowMs: number): void {
    this.rejections = within(this.rejections, nowMs, this.settings.blockWindowMs);
    this.rejections.push(nowMs);
    const { blockAfterRejections } = this.settings;
    if (blockAfterRejections > 0 && this.rejections.length >= blockAfterRejections) this.isBlocked = true;
  }

  block(): void {
    this.isBlocked = true;
  }

  unblock(): void {
    this.isBlocked = false;
    this.rejections = [];
  }
}

/** The times younger than `windowMs`; they are in order, so that only the head has to go. */
function within(times: number[], nowMs: number, windowMs: number): number[] {
  let first = 0;
  while (first < times.length && (times[first] ?? 0) <= nowMs - windowMs) first++;
  if (first > 0) times.splice(0, first);
  return times;
}
