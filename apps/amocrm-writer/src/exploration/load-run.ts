import { ModelCall } from './calls.js';
import { isSettled } from './invariants.js';
import { Steady } from './random.js';
import { RandomDriver } from './random-driver.js';
import { World } from './world.js';

export interface Load {
  readonly lanes: number;
  /** For each lane a call so often. */
  readonly everyMs: number;
  readonly calls: number;
  /** By lane number: how long from the beginning it answers 403 to everything; 0 = never. */
  readonly blockedMs?: (lane: number) => number;
  /** All lanes answer 503 from here to there. */
  readonly down?: { readonly fromMs: number; readonly toMs: number };
}

/** One effect that was written. Milliseconds from the beginning of the run. */
export interface Written {
  readonly lane: number;
  readonly storedAt: number;
  readonly doneAt: number;
}

const laneOf = (number: number): string => `ru:${number}`;

/** Two writers under a steady load in virtual time, with the settings of production; nothing takes longer one time than another. */
export async function loadRun({ lanes, everyMs, calls, blockedMs = () => 0, down }: Load): Promise<Written[]> {
  const driver = new RandomDriver(new Steady(), { faultChance: 0, faults: 0, maxFreezeMs: 0 });
  const begunAt = driver.now();
  const names = Array.from({ length: lanes }, (_, number) => laneOf(number));
  const isDown = (): boolean => {
    const at = driver.now() - begunAt;
    return down !== undefined && at >= down.fromMs && at < down.toMs;
  };
  const world = new World(driver, {
    lanes: names,
    leaseMs: 15_000,
    pollMs: 1_000,
    visibilityDelayMs: 60_000,
    lagMs: 200,
    timeoutMs: 20_000,
    lateMs: 0,
    isPaced: true,
    blockedUntil: (lane) => begunAt + blockedMs(names.indexOf(lane)),
    downUntil: () => (isDown() ? driver.now() + 1 : 0),
  });
  const storedAt = new Map<string, { lane: number; at: number }>();
  for (let lane = 0; lane < lanes; lane += 1) {
    for (let number = 0; number < calls; number += 1) {
      // Spread over the lanes, so that they do not all want their turn in one instant.
      const atMs = 1_000 + number * everyMs + (lane * everyMs) / lanes;
      const call = new ModelCall(lane * calls + number, lane * calls + number, lane, begunAt + atMs);
      driver.after(null, atMs, () => {
        world.store(call.commands(['unsorted']));
        storedAt.set(String(world.ledger.rows.size), { lane, at: atMs });
      });
    }
  }
  world.startWriter(0);
  world.startWriter(0);
  const blocked = (lane: string): boolean => blockedMs(names.indexOf(lane)) > 0;
  await driver.run(
    () =>
      world.ledger.rows.size === lanes * calls &&
      [...world.ledger.rows.values()].every((row) => row.state.is === 'done' || blocked(row.lane)) &&
      (isSettled(world) || names.some(blocked)),
    60 * 60_000,
  );
  return world.ledger.told.flatMap(({ seq, news, at }): Written[] => {
    const stored = storedAt.get(seq);
    return news.startsWith('done') && stored ? [{ lane: stored.lane, storedAt: stored.at, doneAt: at - begunAt }] : [];
  });
}
