import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPacer, type Clock, type WindowPacer } from './index.js';

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
    await settled();
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

function mostInAnyWindow(times: number[], windowMs: number): number {
  return Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + windowMs).length));
}

/** A request's way: amoCRM counts it after `outMs`, and its answer (or its loss) is known `backMs` later. */
interface Way {
  readonly outMs: number;
  readonly backMs: number;
  readonly end: 'answered' | 'unsent' | 'lost';
}

const way: fc.Arbitrary<Way> = fc.record({
  outMs: fc.integer({ min: 0, max: 3_000 }),
  backMs: fc.integer({ min: 0, max: 3_000 }),
  end: fc.constantFrom('answered', 'answered', 'answered', 'unsent', 'lost'),
});

const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), ways: fc.array(way, { maxLength: 20 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1500 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('slowDown' as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('giveUp' as const) }) },
);

/** Requests of one lane in virtual time: when each got its turn, and when amoCRM counted it. */
class Lane {
  readonly turns: number[] = [];
  readonly counted: number[] = [];
  readonly order: number[] = [];
  gaveUp = 0;
  asked = 0;
  readonly waiting = new Map<number, AbortController>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly pacer: WindowPacer,
  ) {}

  send({ outMs, backMs, end }: Way): void {
    const ticket = (this.asked += 1);
    const abort = new AbortController();
    this.waiting.set(ticket, abort);
    void this.pacer.acquire(abort.signal).then(
      () => {
        this.waiting.delete(ticket);
        this.order.push(ticket);
        this.turns.push(this.clock.now());
        if (end === 'unsent') this.pacer.ended(end);
        else {
          // Nobody tells us of a lost one, which may arrive up to `lostMs` after we stopped waiting for it.
          const arrivesMs = end === 'lost' ? backMs + Math.min(outMs, 5_000) : outMs;
          this.clock.after(arrivesMs, () => this.counted.push(this.clock.now()));
          this.clock.after(end === 'lost' ? backMs : outMs + backMs, () => this.pacer.ended(end));
        }
      },
      () => void (this.gaveUp += 1),
    );
  }
}

describe('the pacer', () => {
  it('lets amoCRM count no more than 7 in any second, whatever their ways do, in the order asked, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 40 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        async (acts, early) => {
          const clock = new VirtualClock(early);
          const pacer = createPacer({ clock });
          const lane = new Lane(clock, pacer);
          let shutUntil = 0;
          for (const step of acts) {
            const before = lane.turns.length;
            const mayBeginAt = shutUntil;
            switch (step.do) {
              case 'send':
                for (const one of step.ways) lane.send(one);
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
                const [first] = lane.waiting;
                if (first) {
                  lane.waiting.delete(first[0]);
                  first[1].abort();
                  await settled();
                }
              }
            }
            expect(lane.turns.slice(before).every((at) => at >= mayBeginAt)).toBe(true);
          }
          await clock.advance(10_000_000);
          expect(mostInAnyWindow(lane.counted, 1_000)).toBeLessThanOrEqual(7);
          expect(lane.order).toEqual([...lane.order].sort((a, b) => a - b));
          expect(lane.turns.length + lane.gaveUp).toBe(lane.asked);
          expect(pacer.waiting).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives back most of what amoCRM allows: 6.5 a second when an answer takes 50 ms, 4 at a time', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock });
    const counted: number[] = [];
    let free = 4;
    const fill = (): void => {
      for (; free > 0; free -= 1) {
        void pacer.acquire().then(() => {
          clock.after(25, () => counted.push(clock.now()));
          clock.after(50, () => {
            pacer.ended('answered');
            free += 1;
            fill();
          });
        });
      }
    };
    fill();
    await clock.advance(60_000);
    expect(counted.length / 60).toBeGreaterThan(6.4);
    expect(mostInAnyWindow(counted, 1_000)).toBe(7);
  });

  it('gives the first 7 at once and the 8th a window after the first answer', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock });
    const turns: number[] = [];
    for (let i = 0; i < 8; i += 1) void pacer.acquire().then(() => turns.push(clock.now()));
    await clock.advance(5_000);
    expect(turns).toEqual([0, 0, 0, 0, 0, 0, 0]);
    pacer.ended('answered');
    await clock.advance(1_019);
    expect(turns).toHaveLength(7);
    await clock.advance(1);
    expect(turns).toHaveLength(8);
  });

  it('gives the turn of a request that never left to the next at once, and keeps that of a lost one for longer', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ perWindow: 1, clock });
    const turns: number[] = [];
    for (let i = 0; i < 3; i += 1) void pacer.acquire().then(() => turns.push(clock.now()));
    await settled();
    pacer.ended('unsent');
    await settled();
    expect(turns).toEqual([0, 0]);
    pacer.ended('lost');
    await clock.advance(10_000);
    expect(turns).toEqual([0, 0, 6_020]);
  });

  it('of a new leaseholder waits before its first turn, then goes at its full rate', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ startAfterMs: 1100, clock });
    const turns: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      void pacer.acquire().then(() => {
        turns.push(clock.now());
        pacer.ended('answered');
      });
    }
    await clock.advance(5000);
    expect(turns).toEqual([1100, 1100, 1100, 1100, 1100, 1100, 1100, 2120]);
  });

  it('is at its full rate again within 30 s of the last slowdown', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock });
    for (let i = 0; i < 5; i += 1) pacer.slowDown(1000);
    const turns: number[] = [];
    for (let i = 0; i < 400; i += 1) {
      void pacer.acquire().then(() => {
        turns.push(clock.now());
        pacer.ended('answered');
      });
    }
    await clock.advance(60_000);
    expect(turns[0]).toBe(1000);
    expect(turns.filter((at) => at < 2000)).toHaveLength(1);
    expect(turns.filter((at) => at >= 30_000 && at < 40_200)).toHaveLength(70);
  });

  it('refuses who has given up before asking', async () => {
    await expect(createPacer().acquire(AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping');
  });

  it('gives the turn of one who gave up to the next', async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ perWindow: 1, windowMs: 100, clock });
    const abort = new AbortController();
    await pacer.acquire();
    pacer.ended('answered');
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
      pacer.ended('answered');
    }
    expect(mostInAnyWindow(turns, 19)).toBeLessThanOrEqual(2);
  });
});
