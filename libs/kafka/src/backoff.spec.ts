import { describe, expect, it } from '@jest/globals';
import { exponentialBackoff } from './backoff.js';

describe('an exponential back-off', () => {
  it('doubles up to its largest step', () => {
    const longest = exponentialBackoff(100, 1_000, () => 1);
    expect([1, 2, 3, 4, 5, 50, 5_000].map(longest)).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it('is never shorter than half of its step', () => {
    const shortest = exponentialBackoff(100, 1_000, () => 0);
    expect([1, 2, 3, 4, 5].map(shortest)).toEqual([50, 100, 200, 400, 500]);
  });
});
