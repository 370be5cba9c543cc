/**
 * A token bucket per PBX source: `perSecond` requests on average, twice that at once. Only authorised requests are
 * counted, so nobody can use up a neighbour's share; the map has at most one entry per source of the settings.
 */
export class SourceLimiter {
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(private readonly perSecond: number) {}

  tryTake(sourceId: string, nowMs: number): boolean {
    const burst = this.perSecond * 2;
    const bucket = this.buckets.get(sourceId) ?? { tokens: burst, atMs: nowMs };
    const refilled = bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * this.perSecond;
    const tokens = Math.min(burst, refilled);
    this.buckets.set(sourceId, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs });
    return tokens >= 1;
  }
}
