/** Time as the pacer sees it: milliseconds of a clock that never goes back. Specs put their own in its place. */
export interface Clock {
  now(): number;
  /** Calls back once after `ms`; the returned function cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/**
 * How a request that had a turn ended. `answered`: amoCRM has counted it by now. `unsent`: it never left, so amoCRM does
 * not count it. `lost`: no answer came; its bytes may still be on their way.
 */
export type TurnEnd = 'answered' | 'unsent' | 'lost';

/** Where a request waits for its turn. */
export interface Pacer {
  /** Resolves when one request may be sent now. Rejects only with the signal's reason. */
  acquire(signal?: AbortSignal): Promise<void>;
  /** Every turn that was given ends exactly once. */
  ended?(end: TurnEnd): void;
  /** No turn for `ms` from now, then a slow start: after a 429 (design.md property 3). */
  slowDown?(ms: number): void;
}

export interface WindowPacer extends Required<Pacer> {
  /** How many wait: for metrics. */
  readonly waiting: number;
}

interface Waiter {
  admit: () => void;
}

/** This process's own. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Keeps amoCRM from seeing more than `perWindow` requests in any of its seconds, however long each is on its way.
 *
 * A request is counted by amoCRM at some moment between our sending and its answer. So a turn is in use from the sending
 * until `windowMs` after the answer, and at most `perWindow` are in use at once. Why that is enough: take any 8 requests,
 * and of these the one that was sent last. When it was sent, one of the other 7 had been answered a window ago, so it was
 * counted more than a second before. Pacing the sending alone cannot promise this: requests that left apart may arrive
 * together (docs/decisions/0012).
 *
 * Turns are given first come first served: free (at once) → full (waiters queue until a turn leaves the window) → free.
 * `slowDown` shuts it for a time; afterwards the allowance is halved and grows back by one every `growMs`: a 429 can come
 * while we are within our 7, because other integrations share the account's 50 (§2.1), and running into it again leads to
 * the block.
 */
export function createPacer({
  perWindow = 7,
  windowMs = 1_020,
  lostMs = 5_000,
  growMs = 2_000,
  startAfterMs = 0,
  clock = monotonicClock,
}: {
  perWindow?: number;
  /** amoCRM's second, and what two clocks may differ by within it. */
  windowMs?: number;
  /** How much longer a turn without an answer is kept in use. */
  lostMs?: number;
  growMs?: number;
  /** No turn before: a new leaseholder waits out its predecessor's window. */
  startAfterMs?: number;
  clock?: Clock;
} = {}): WindowPacer {
  /** Turns given whose request has not ended. */
  let onTheWay = 0;
  /** When the turns of ended requests are free again, in order. */
  const freeAt: number[] = [];
  const waiters = new Set<Waiter>();
  let shutUntil = clock.now() + startAfterMs;
  let allowance = perWindow;
  let grownAt = Number.NEGATIVE_INFINITY;
  let cancelTimer: (() => void) | undefined;

  function growAllowance(now: number): void {
    while (allowance < perWindow && now - grownAt >= growMs) {
      allowance += 1;
      grownAt += growMs;
    }
  }

  /** When the next turn may be given; null = not before a request on its way has ended. */
  function nextTurnAt(now: number): number | null {
    while ((freeAt[0] ?? Number.POSITIVE_INFINITY) <= now) freeAt.shift();
    const surplus = onTheWay + freeAt.length - allowance;
    if (surplus < 0) return Math.max(shutUntil, now);
    const leaving = freeAt[surplus];
    if (leaving !== undefined) return Math.max(shutUntil, leaving);
    // Full of what is on its way; a slow start may be over before the first of it ends.
    return allowance < perWindow ? Math.max(shutUntil, grownAt + growMs) : null;
  }

  function serve(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    for (const waiter of waiters) {
      const now = clock.now();
      growAllowance(now);
      const due = nextTurnAt(now);
      if (due === null) return;
      if (due > now) {
        // Timers may fire a little early: serve() looks at the clock again, so a turn is never early.
        cancelTimer = clock.after(Math.ceil(due - now), serve);
        return;
      }
      waiters.delete(waiter);
      onTheWay += 1;
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

    ended(end) {
      onTheWay -= 1;
      if (end !== 'unsent') insert(freeAt, clock.now() + windowMs + (end === 'lost' ? lostMs : 0));
      if (waiters.size > 0) serve();
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

/** Keeps the times in order; a new one is nearly always the last. */
function insert(times: number[], time: number): void {
  const after = times.findLastIndex((each) => each <= time);
  times.splice(after + 1, 0, time);
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
