import type { EffectCommand } from '@perezvon/contracts';
import { ModelCall } from './calls.js';
import { Process } from './driver.js';
import { atTheEnd, isSettled, safety, type Violation } from './invariants.js';
import { ModelTopic } from './model-topic.js';
import type { Defects } from './planted-bugs.js';
import { Random } from './random.js';
import { RandomDriver } from './random-driver.js';
import { World, type WorldSettings } from './world.js';

export interface Run {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** What went wrong in it, and when: with the seed, the counterexample. */
  readonly story: readonly string[];
  readonly steps: number;
  readonly requests: number;
  readonly effects: number;
}

export interface RandomRunOptions {
  readonly planted?: Defects;
  /** In place of a lag within D. */
  readonly lagMs?: number;
}

/** D of the runs; what amoCRM really takes stays below it, the reading of the clocks included. */
export const visibilityDelayMs = 20_000;
const leaseMs = 6_000;

const base = {
  leaseMs,
  pollMs: 5_000,
  visibilityDelayMs,
  lagMs: 4_000,
  timeoutMs: 4_000,
  lateMs: 12_000,
  isPaced: true,
} as const;

/** Whatever goes wrong, everything has ended by then: a few doubts after another, each of at most a lease and D. */
const limitMs = 40 * 60_000;

/** One seed, one run: two writers, one or two lanes, a few calls, and up to four things that go wrong. */
export async function randomRun(seed: number, { planted, lagMs }: RandomRunOptions = {}): Promise<Run> {
  const random = new Random(seed);
  const lanes = random.chance(0.5) ? ['ru:1'] : ['ru:1', 'ru:2'];
  const settings: WorldSettings = {
    ...base,
    lanes,
    ...(planted ? { planted } : {}),
    ...(lagMs === undefined ? {} : { lagMs }),
  };
  const driver = new RandomDriver(random, {
    faultChance: 0.06,
    faults: random.below(5),
    // Now and then longer than a lease and D together.
    maxFreezeMs: random.chance(0.3) ? 2 * (leaseMs + visibilityDelayMs) : 2 * leaseMs,
  });
  const world = new World(driver, settings);
  const topic = new ModelTopic(driver, world, planted?.offsetFirst ?? false);
  let producedAfterMs = 0;
  for (const commands of wishes(random, lanes.length, driver.now())) {
    producedAfterMs += random.between(0, 500);
    driver.after(null, producedAfterMs, () => topic.produce(commands));
  }
  const consumers: Process[] = [];
  const startConsumer = (): void => {
    const process = new Process(`consumer ${consumers.length + 1}`, 0);
    consumers.push(process);
    void topic.consume(process);
  };
  const startWriter = (): void => void world.startWriter(random.between(-3_600_000, 3_600_000));
  startConsumer();
  startWriter();
  startWriter();

  let replaced = 0;
  const replaceTheDead = (): void => {
    const dead = [...consumers, ...world.processes.map(({ process }) => process)].filter(({ isDead }) => isDead).length;
    if (dead === replaced) return;
    replaced = dead;
    const isConsumer = consumers.at(-1)?.isDead === true;
    driver.after(null, random.between(500, 5_000), isConsumer ? startConsumer : startWriter);
  };
  const begunAt = driver.now();
  await driver.run(() => {
    replaceTheDead();
    return driver.now() - begunAt > producedAfterMs && topic.isRead && isSettled(world);
  }, limitMs);
  // Nobody writes any more: what amoCRM still applies late.
  for (const { process } of world.processes) process.isDead = true;
  await driver.run(() => false, settings.lateMs + settings.lagMs);
  return {
    seed,
    violations: [...safety(world), ...atTheEnd(world, topic.produced)],
    story: driver.story,
    steps: driver.steps,
    requests: world.requests.length,
    effects: world.ledger.rows.size,
  };
}

const plans = [
  ['contact'],
  ['contact', 'deal'],
  ['contact', 'deal', 'note'],
  ['contact', 'note', 'task'],
  ['unsorted'],
  ['task'],
] as const;

function wishes(random: Random, lanes: number, now: number): EffectCommand[][] {
  // Half of the runs want the same of all their calls at once: what goes in one request.
  const common = random.chance(0.5) ? random.below(plans.length) : null;
  const calls = Array.from({ length: 1 + random.below(3) }, (_, index) => {
    // Some calls are of one client; some happened an hour ago.
    const client = random.chance(0.3) ? 0 : index;
    const lane = common === null ? random.below(lanes) : 0;
    const call = new ModelCall(index, client, lane, random.chance(0.8) ? now : now - 3_600_000);
    return { call, kinds: plans[common ?? random.below(plans.length)] ?? plans[0] };
  });
  const first = calls.map(({ call, kinds }) => call.commands(kinds));
  const revised = calls.flatMap(({ call, kinds }) =>
    kinds.some((kind) => kind === 'note') && random.chance(0.5) ? [[call.revisedNote(kinds)]] : [],
  );
  return [...(common === null ? first : [first.flat()]), ...revised];
}
