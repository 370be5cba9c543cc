export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/**
 * Whether the group's membership lives, judged by what the broker answered: a join, then heartbeats. A consumer whose
 * loop has died or hangs produces neither, whatever it believes of itself.
 */
export class ConsumerHealth {
  private aliveAtMs: number | undefined;
  private failure = 'not joined yet';
  private readySinceMs: number | undefined;
  private unreadySinceMs: number;

  constructor(
    /** Without an answer for this long the broker has given our partitions to others. */
    private readonly sessionTimeoutMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.unreadySinceMs = now();
  }

  alive(): void {
    this.aliveAtMs = this.now();
  }

  failed(reason: string): void {
    this.aliveAtMs = undefined;
    this.failure = reason;
  }

  readiness(hung: readonly string[]): Readiness {
    const readiness = this.judge(hung);
    const now = this.now();
    if (readiness.ready) {
      this.readySinceMs ??= now;
    } else if (this.readySinceMs !== undefined) {
      this.unreadySinceMs = now;
      this.readySinceMs = undefined;
    }
    return readiness;
  }

  /** Since when, without a break, as far as readiness() was asked; 0 while ready. */
  unreadyForMs(): number {
    return this.readySinceMs === undefined ? this.now() - this.unreadySinceMs : 0;
  }

  private judge(hung: readonly string[]): Readiness {
    if (this.aliveAtMs === undefined) return { ready: false, reason: this.failure };
    const silentMs = this.now() - this.aliveAtMs;
    if (silentMs > this.sessionTimeoutMs) return { ready: false, reason: `no heartbeat for ${silentMs.toFixed(0)} ms` };
    if (hung.length > 0) return { ready: false, reason: `handlers hang: ${hung.join(', ')}` };
    return { ready: true };
  }
}
