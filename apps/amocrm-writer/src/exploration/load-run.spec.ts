import { describe, expect, it } from '@jest/globals';
import { loadRun, type Written } from './load-run.js';

const deadlineMs = 600_000;

function p99DwellMs(written: readonly Written[]): number {
  const dwells = written.map(({ storedAt, doneAt }) => doneAt - storedAt).sort((a, b) => a - b);
  return dwells[Math.ceil(dwells.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
}

describe("I7: lanes that are blocked are in nobody's way", () => {
  const load = { lanes: 100, everyMs: 10_000, calls: 3 };

  it.each([1, 10, 50])(
    'with %i of 100 blocked the others wait at most a tenth longer, in virtual time',
    async (blocked) => {
      const isHealthy = ({ lane }: Written): boolean => lane >= blocked;
      const alone = (await loadRun(load)).filter(isHealthy);
      const beside = await loadRun({ ...load, blockedMs: (lane) => (lane < blocked ? 3_600_000 : 0) });

      expect(alone).toHaveLength((100 - blocked) * 3);
      expect(beside.filter(isHealthy)).toHaveLength(alone.length);
      expect(p99DwellMs(beside.filter(isHealthy))).toBeLessThanOrEqual(1.1 * p99DwellMs(alone));
    },
    deadlineMs,
  );
});

describe('I8: when amoCRM is there again', () => {
  it.each([20_000, 60_000, 300_000])(
    'after %i ms of 503 as much as before is written within 30 s of virtual time',
    async (lengthMs) => {
      const down = { fromMs: 20_000, toMs: 20_000 + lengthMs };
      const everyMs = 5_000;
      const load = { lanes: 10, everyMs, calls: Math.ceil((down.toMs + 60_000) / everyMs) };
      const [from, to] = [down.toMs + 30_000, down.toMs + 60_000];
      const inWindow = (written: readonly Written[]): number =>
        written.filter(({ doneAt }) => doneAt >= from && doneAt < to).length;

      const baseline = inWindow(await loadRun(load));
      expect(baseline).toBeGreaterThan(50);
      expect(inWindow(await loadRun({ ...load, down }))).toBeGreaterThanOrEqual(0.95 * baseline);
    },
    deadlineMs,
  );
});
