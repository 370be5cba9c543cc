import { describe, expect, it } from '@jest/globals';
import { median } from './rows.js';

describe('the median', () => {
  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of nothing is refused, not guessed', () => {
    expect(() => median([])).toThrow();
  });
});
