import { describe, expect, it } from '@jest/globals';
import { SourceLimiter } from './source-limiter.js';

describe('SourceLimiter', () => {
  const takeMany = (limiter: SourceLimiter, source: string, times: number, nowMs: number) =>
    Array.from({ length: times }, () => limiter.tryTake(source, nowMs)).filter(Boolean).length;

  it('lets a burst of twice the rate pass, then the rate', () => {
    const limiter = new SourceLimiter(10);
    expect(takeMany(limiter, 'a', 100, 0)).toBe(20);
    expect(takeMany(limiter, 'a', 100, 1_000)).toBe(10);
    expect(takeMany(limiter, 'a', 100, 3_600_000)).toBe(20);
  });

  it('keeps one source’s flood away from its neighbours', () => {
    const limiter = new SourceLimiter(10);
    takeMany(limiter, 'a', 1_000, 0);
    expect(limiter.tryTake('b', 0)).toBe(true);
  });

  it('is not fooled by a clock that goes back', () => {
    const limiter = new SourceLimiter(10);
    takeMany(limiter, 'a', 20, 60_000);
    expect(limiter.tryTake('a', 0)).toBe(false);
  });
});
