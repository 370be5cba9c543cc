import { describe, expect, it } from '@jest/globals';
import { plantedBugs } from './planted-bugs.js';
import { randomRun, visibilityDelayMs } from './random-run.js';
import { randomRuns, wordsOf } from './random-runs.js';

/** Counted, never timed: a busy machine takes longer for them, and that is all. */
const deadlineMs = 600_000;

describe('10 000 seeds', () => {
  // In parts, so that a run that hangs is found by its part.
  it.each([1, 2_001, 4_001, 6_001, 8_001])(
    'from %i: nothing is lost, doubled, sent blindly, out of order or over the limit, and everything ends',
    async (from) => {
      const { seeds, broken, faults } = await randomRuns(from, (count) => count === 2_000);
      expect(broken.map(wordsOf)).toEqual([]);
      expect(seeds).toBe(2_000);
      // Every kind of fault that a run can have was had.
      expect(faults.size).toBeGreaterThanOrEqual(16);
    },
    deadlineMs,
  );
});

describe('a seed', () => {
  it('is one run: it happens again by its number', async () => {
    const [first, again] = [await randomRun(4_711), await randomRun(4_711)];
    expect(again).toEqual(first);
  });
});

describe('a planted bug is found by some seed, which is told with what went wrong in it:', () => {
  it.each(Object.entries(plantedBugs))(
    '%s',
    async (_name, planted) => {
      const { broken } = await randomRuns(1, (count) => count === 5_000, { planted });
      expect(broken.length).toBeGreaterThan(0);
      expect(wordsOf(broken[0] ?? (await randomRun(1)))).toMatch(/^seed \d+\n {2}I\d /);
    },
    deadlineMs,
  );
});

describe('when amoCRM shows a write later than D', () => {
  it('it is sent twice: the assumption carries the promise', async () => {
    const { broken } = await randomRuns(1, (count) => count === 5_000, { lagMs: 3 * visibilityDelayMs });
    expect(broken.flatMap(({ violations }) => violations.map(({ invariant }) => invariant))).toContain('I2');
  }, 600_000);
});
