import { setTimeout as sleep } from 'node:timers/promises';
import { type EmulatorState, readEmulatorState } from './emulator-state.js';
import { type Counts, heldFor, heldInAll, heldWithoutNumber, inWords, isSame, nothing, sum } from './holdings.js';
import { type SampleScene, readSample } from './sample.js';
import { type UnderWay, isNothing, readUnderWay } from './under-way.js';

/** Longer than the five minutes for which amoCRM may ask a writer to stay away (429), after which everything goes on. */
const DEADLINE_MS = 480_000;
const POLL_MS = 1_000;
/**
 * Nothing may change for this long before the result counts. Events are still on their way through Kafka when nothing is
 * under way in PostgreSQL, and an effect too many comes after the right ones; a source's settle delay here is 2 s.
 */
const CALM_MS = 6_000;

/** The sample's outcome in amoCRM. */
export interface Proof {
  readonly rows: readonly { readonly scene: SampleScene; readonly held: string; readonly isAsExpected: boolean }[];
  /** What is wrong beyond the rows; empty when nothing is. */
  readonly problems: readonly string[];
}

/** Waits until what was played has come to rest, or the deadline, and compares with what the sample expects. */
export async function proveSample(emulatorUrl: string, databaseUrl: string): Promise<Proof> {
  const scenes = await readSample();
  const giveUpAt = performance.now() + DEADLINE_MS;
  let last = '';
  let calmSince = performance.now();
  for (;;) {
    const [state, underWay] = await Promise.all([readEmulatorState(emulatorUrl), readUnderWay(databaseUrl)]);
    const proof = compare(scenes, state, underWay);
    const now = performance.now();
    const seen = JSON.stringify([heldInAll(state), underWay]);
    if (seen !== last) calmSince = now;
    last = seen;
    const isAtRest = isNothing(underWay) && now - calmSince >= CALM_MS;
    // At rest and wrong: a slow machine may still have an event on its way, so only the deadline makes it final.
    if ((isAtRest && isProven(proof)) || now > giveUpAt) return proof;
    await sleep(POLL_MS);
  }
}

export function isProven(proof: Proof): boolean {
  return proof.problems.length === 0 && proof.rows.every((row) => row.isAsExpected);
}

/** Each scene by its client's number; of those without one, records by their name and anything else by what is left over in all. */
export function compare(scenes: readonly SampleScene[], state: EmulatorState, underWay: UnderWay): Proof {
  const rows = scenes.map((scene) => {
    const held = heldBy(scene, state);
    return { scene, held: inWords(held), isAsExpected: isSame(held, scene.expect) };
  });
  const problems: string[] = [];
  const expected = sum(scenes.map((scene) => scene.expect));
  const inAll = heldInAll(state);
  if (!isSame(expected, inAll)) problems.push(`in all ${inWords(inAll)} instead of ${inWords(expected)}`);
  if (underWay.parked > 0) problems.push(`${String(underWay.parked)} effects are parked and wait for a person`);
  if (!isNothing(underWay)) {
    const { calls, effects, lookups } = underWay;
    problems.push(`unfinished: ${String(calls)} calls, ${String(effects)} effects, ${String(lookups)} lookups`);
  }
  return { rows, problems };
}

function heldBy({ phone, expect }: SampleScene, state: EmulatorState): Counts {
  if (phone !== null) return heldFor(phone, state);
  return expect.unsorted > 0 ? heldWithoutNumber(state) : nothing;
}

/** The table "call → rule → what amoCRM now holds", as lines. */
export function table(proof: Proof): string[] {
  const titles = ['call', 'rule', 'amoCRM holds'] as const;
  const cells = proof.rows.map(({ scene, held, isAsExpected }) => {
    const reason = scene.reason === null ? '' : ` (${scene.reason})`;
    const verdict = isAsExpected ? '' : ` ← expected ${inWords(scene.expect)}`;
    return [scene.title, scene.rule, `${held}${reason}${verdict}`] as const;
  });
  const width = (column: 0 | 1): number => Math.max(...[titles, ...cells].map((row) => row[column].length));
  const line = ([call, rule, held]: readonly [string, string, string]): string =>
    `${call.padEnd(width(0))}  ${rule.padEnd(width(1))}  ${held}`;
  return [line(titles), '', ...cells.map(line), '', ...proof.problems];
}
