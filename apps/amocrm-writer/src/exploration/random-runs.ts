import { randomRun, type RandomRunOptions, type Run } from './random-run.js';

export interface RandomRuns {
  readonly from: number;
  readonly seeds: number;
  readonly steps: number;
  readonly requests: number;
  readonly effects: number;
  /** Things that went wrong, by name. */
  readonly faults: ReadonlyMap<string, number>;
  readonly broken: readonly Run[];
}

/** Broken runs are kept up to so many: one is enough to know, a few show what they have in common. */
const maxBroken = 5;

/** Seeds one after another, until `isOver` or so many of them broke a promise. */
export async function randomRuns(
  from: number,
  isOver: (seeds: number) => boolean,
  options: RandomRunOptions = {},
): Promise<RandomRuns> {
  let [seeds, steps, requests, effects] = [0, 0, 0, 0];
  const faults = new Map<string, number>();
  const broken: Run[] = [];
  while (!isOver(seeds) && broken.length < maxBroken) {
    const run = await randomRun(from + seeds, options);
    seeds += 1;
    steps += run.steps;
    requests += run.requests;
    effects += run.effects;
    for (const line of run.story) {
      const fault = line.slice(line.lastIndexOf(': ') + 2);
      faults.set(fault, (faults.get(fault) ?? 0) + 1);
    }
    if (run.violations.length > 0) broken.push(run);
  }
  return { from, seeds, steps, requests, effects, faults, broken };
}

/** With its seed, so that it can be run again: `npm run explore -- --seed 41`. */
export const wordsOf = ({ seed, violations, story }: Run): string =>
  [
    `seed ${seed}`,
    ...violations.map(({ invariant, what }) => `  ${invariant}  ${what}`),
    ...story.map((line) => `    ${line}`),
  ].join('\n');
