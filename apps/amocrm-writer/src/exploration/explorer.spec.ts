import { describe, expect, it } from '@jest/globals';
import { smallBounds } from './bounds.js';
import { explore } from './explorer.js';
import { plantedBugs, type PlantedBug } from './planted-bugs.js';

const deadlineMs = 600_000;

describe('every interleaving within small bounds', () => {
  it.each(smallBounds())(
    '$name: nothing is doubled, sent blindly or without a lease, and everything ends',
    async (bounds) => {
      const { violations, counterexample, states } = await explore(bounds);
      expect({ violations, counterexample }).toEqual({ violations: [], counterexample: [] });
      expect(states).toBeGreaterThan(500);
    },
    deadlineMs,
  );
});

describe('a mistake has a counterexample within them:', () => {
  // The others are about lengths of time and about the consumer: the random runs find those.
  it.each(['skip read-back', 'ignore epoch', 'drop half a batch'] satisfies PlantedBug[])(
    '%s',
    async (name) => {
      let found: readonly string[] = [];
      for (const bounds of smallBounds(plantedBugs[name])) {
        const { violations, counterexample } = await explore(bounds);
        if (violations.length > 0) found = counterexample;
        if (found.length > 0) break;
      }
      expect(found).not.toEqual([]);
    },
    deadlineMs,
  );
});
