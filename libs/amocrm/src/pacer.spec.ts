import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPacer, type Clock } from './index.js';

/** A clock that stands until it is told to go; timers run in the order of their time, on the tick they are due. */
class VirtualClock implements Clock {
  private time = 0;
  private timers: { at: number; callback: () => void }[] = [];

  /** `early`: how much too soon timers fire, as Node's may. */
  constructor(private readonly early = 0) {}

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + Math.max(0.25, ms - this.early), callback };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = next.at;
      next.callback();
      await settled();
    }
    this.time = until;
    await settled();
  }
}

/** Lets promise reactions run. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
}

function mostInAnyWindow(turns: number[], windowMs: number): number {
  return Math.max(0, ...turns.map((start) => turns.filter((at) => at >= start && at < start + windowMs).length));
}

const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('acquire' as const), count: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1500 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('slowDown' as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('giveUp' as const), ms: fc.constant(0) }) },
);

describe('the pacer', () => {
  it('gives no more than 7 turns in any 1100 ms, in the order asked, and loses none, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 40 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        async (acts, early) => {
          const clock = new VirtualClock(early);
          const pacer = createPacer({ clock });
          const turns: number[] = [];
          const order: number[] = [];
          const given: Promise<void>[] = [];
          const waiting = new Map<number, AbortController>();
          let asked = 0;
          let gaveUp = 0;
          let shutUntil = 0;
          for (const step of acts) {
            switch (step.do) {
              case 'acquire':
                for (let i = 0; i < step.count; i += 1) {
                  const ticket = (asked += 1);
                  const abort = new AbortController();
                  waiting.set(ticket, abort);
                  given.push(
                    pacer.acquire(abort.signal).then(
                      () => {
                        waiting.delete(ticket);
                        turns.push(clock.now());
                        order.push(ticket);
                        expect(clock.now()).toBeGreaterThanOrEqual(shutUntil);
                      },
                      () => void (gaveUp += 1),
                    ),
                  );
                }
                await settled();
                break;
              case 'wait':
                await clock.advance(step.ms);
                break;
              case 'slowDown':
                pacer.slowDown(step.ms);
                shutUntil = Math.max(shutUntil, clock.now() + step.ms);
                break;
              case 'giveUp': {
                const [first] = waiting;
                if (first) {
                  waiting.delete(first[0]);
                  first[1].abort();
                  await settled();
                }
              }
            }
          }
          await clock.advance(2_000_000);
          await Promise.all(given);
          expect(mostInAnyWindow(turns, 1100)).toBeLessThanOrEqual(7);
          expect(order).toEqual([...order].sort((a, b) => a - b));
          expect(turns.length + gaveUp).toBe(asked);
          expect(pacer.waiting).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the first 7 at once and the 8th when the first leaves the window', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock });
    const turns: number[] = [];
    for (let i = 0; i < 8; i += 1) void pacer.acquire().then(() => turns.push(clock.now()));
    await settled();
    expect(turns).toEqual([0, 0, 0, 0, 0, 0, 0]);
    await clock.advance(1099);
    expect(turns).toHaveLength(7);
    await clock.advance(1);
    expect(turns).toHaveLength(8);
  });

  it('of a new leaseholder waits before its first turn, then goes at its full rate', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ startAfterMs: 1100, clock });
    const turns: number[] = [];
    for (let i = 0; i < 8; i += 1) void pacer.acquire().then(() => turns.push(clock.now()));
    await clock.advance(5000);
    expect(turns).toEqual([1100, 1100, 1100, 1100, 1100, 1100, 1100, 2200]);
  });

  it('is at its full rate again within 30 s of the last slowdown', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock });
    for (let i = 0; i < 5; i += 1) pacer.slowDown(1000);
    const turns: number[] = [];
    for (let i = 0; i < 400; i += 1) void pacer.acquire().then(() => turns.push(clock.now()));
    await clock.advance(60_000);
    expect(turns[0]).toBe(1000);
    expect(turns.filter((at) => at < 2000)).toHaveLength(1);
    expect(turns.filter((at) => at >= 30_000 && at < 41_000)).toHaveLength(70);
  });

  it('refuses who has given up before asking', async () => {
    await expect(createPacer().acquire(AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping');
  });

  it('gives the turn of one who gave up to the next', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ perWindow: 1, windowMs: 100, clock });
    const abort = new AbortController();
    await pacer.acquire();
    const second = pacer.acquire(abort.signal);
    let thirdAt = -1;
    void pacer.acquire().then(() => (thirdAt = clock.now()));
    abort.abort(new Error('gave up'));
    await expect(second).rejects.toThrow('gave up');
    await clock.advance(100);
    expect(thirdAt).toBe(100);
  });

  it('works on real time', async () => {
    const pacer = createPacer({ perWindow: 2, windowMs: 20 });
    const turns: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      await pacer.acquire();
      turns.push(performance.now());
    }
    expect(mostInAnyWindow(turns, 19)).toBeLessThanOrEqual(2);
  });
});
