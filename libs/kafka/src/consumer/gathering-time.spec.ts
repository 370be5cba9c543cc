import { describe, expect, it } from '@jest/globals';
import { gatheringTime } from './gathering-time.js';

describe('gatheringTime', () => {
  it('a stream at half of its pace came in singles, each a transaction of its own: who has caught up rests three times as long as it worked', () => {
    expect(gatheringTime({ workedMs: 7, isCaughtUp: true, atMostMs: 40 })).toBe(21);
  });

  it('a slow batch makes nobody wait longer than the limit', () => {
    expect(gatheringTime({ workedMs: 2_000, isCaughtUp: true, atMostMs: 20 })).toBe(20);
  });

  it('a backlog is worked off without rest', () => {
    expect(gatheringTime({ workedMs: 7, isCaughtUp: false, atMostMs: 20 })).toBe(0);
  });
});
