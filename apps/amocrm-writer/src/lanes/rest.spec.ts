import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { monotonicClock } from '@perezvon/amocrm';
import { rest } from './rest.js';

describe('rest', () => {
  it('a writer under load warned of eleven abort listeners: a rest that news ends leaves no listener and no timer', async () => {
    const { signal } = new AbortController();
    const timers = new Set<number>();
    const clock = {
      now: () => 0,
      after: () => {
        const timer = timers.size;
        timers.add(timer);
        return () => timers.delete(timer);
      },
    };
    for (let wake = 0; wake < 20; wake += 1) await rest(clock, 5_000, signal, Promise.resolve());

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(timers.size).toBe(0);
  });

  it('ends when its time has come', async () => {
    const { signal } = new AbortController();
    await rest(monotonicClock, 5, signal, new Promise(() => undefined));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends with the signal, and at once if that is over', async () => {
    const over = new AbortController();
    const resting = rest(monotonicClock, 60_000, over.signal);
    over.abort();
    await resting;
    await rest(monotonicClock, 60_000, over.signal);
  });
});
