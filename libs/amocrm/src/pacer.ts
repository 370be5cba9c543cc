/** Time as the pacer sees it: milliseconds of a clock that never goes back. Specs put their own in its place. */
export interface Clock {
  now(): number;
  /** Calls back once after `ms`; the returned function cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/** Where a request waits for its turn. */
export interface Pacer {
  /** Resolves when one request may be sent now. Rejects only with the signal's reason. */
  acquire(signal?: AbortSignal): Promise<void>;
}

export interface SlidingWindowPacer extends Pacer {
  /** No turn for `ms` from now, then a slow start: after a 429 (design.md property 3). */
  slowDown(ms: number): void;
  /** How many wait: for metrics. */
  readonly waiting: number;
}

interface Waiter {
  admit: () => void;
}

const monotonicClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * At most `perWindow` turns in any `windowMs`, first come first served. amoCRM counts 7 in a second at its side; 1100 ms
 * leave 100 ms for the network's jitter (design.md property 3).
 *
 * States: free (a turn is given at once) → full (waiters queue; one timer waits for the oldest turn to leave the window)
 * → free. `slowDown` shuts it for a time; afterwards the allowance is halved and grows back by one with each full
 * window: a 429 can come while we are within our 7, because other integrations share the account's 50 (§2.1), and
 * running into it again leads to the block.
 */
export function createPacer({
  perWindow = 7,
  windowMs = 1100,
  startAfterMs = 0,
  clock = monotonicClock,
}: {
  perWindow?: number;
  windowMs?: number;
  /** No turn before: a new leaseholder waits out its predecessor's window. */
  startAfterMs?: number;
  clock?: Clock;
} = {}): SlidingWindowPacer {
  const turns: number[] = [];
  const waiters = new Set<Waiter>();
  let shutUntil = clock.now() + startAfterMs;
  let allowance = perWindow;
  let grownAt = Number.NEGATIVE_INFINITY;
  let cancelTimer: (() => void) | undefined;

  function growAllowance(now: number): void {
    while (allowance < perWindow && now - grownAt >= windowMs) {
      allowance += 1;
      grownAt += windowMs;
    }
  }

  /** When the next turn may be given: once the window holds fewer than the allowance, and the pacer is open. */
  function nextTurnAt(): number {
    const leaving = turns.at(-allowance);
    return Math.max(shutUntil, leaving === undefined ? Number.NEGATIVE_INFINITY : leaving + windowMs);
  }

  function serve(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    for (const waiter of waiters) {
      const now = clock.now();
      growAllowance(now);
      const due = nextTurnAt();
      if (due > now) {
        // Timers may fire a little early: serve() looks at the clock again, so a turn is never early.
        cancelTimer = clock.after(Math.ceil(due - now), serve);
        return;
      }
      waiters.delete(waiter);
      turns.push(now);
      if (turns.length > perWindow) turns.shift();
      waiter.admit();
    }
  }

  return {
    get waiting() {
      return waiters.size;
    },

    acquire(signal) {
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted) {
          reject(abortReason(signal));
          return;
        }
        const giveUp = (): void => {
          waiters.delete(waiter);
          if (signal) reject(abortReason(signal));
        };
        const waiter: Waiter = {
          admit: () => {
            signal?.removeEventListener('abort', giveUp);
            resolve();
          },
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        waiters.add(waiter);
        if (waiters.size === 1) serve();
      });
    },

    slowDown(ms) {
      const now = clock.now();
      growAllowance(now);
      shutUntil = Math.max(shutUntil, now + ms);
      allowance = Math.max(1, Math.floor(allowance / 2));
      grownAt = shutUntil;
      if (waiters.size > 0) serve();
    },
  };
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
