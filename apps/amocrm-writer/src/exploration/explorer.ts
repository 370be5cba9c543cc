import type { EffectCommand } from '@perezvon/contracts';
import { ChoiceDriver, type ChoiceDriverSettings } from './choice-driver.js';
import { atTheEnd, isSettled, safety, type Violation } from './invariants.js';
import { World, type WorldSettings } from './world.js';

/** What is explored: how many of what, and what may go wrong. */
export interface Bounds {
  readonly name: string;
  readonly writers: number;
  readonly commands: (now: number) => readonly EffectCommand[];
  readonly settings: WorldSettings;
  readonly choices: ChoiceDriverSettings;
}

export interface Exploration {
  readonly name: string;
  /** Distinct states from which every choice was tried. */
  readonly states: number;
  readonly runs: number;
  readonly ends: number;
  readonly violations: readonly Violation[];
  /** Of the first run that broke a promise; empty = none did. */
  readonly counterexample: readonly string[];
}

/** In virtual time: nothing within the bounds takes longer. */
const limitMs = 120_000;

/**
 * Every run within the bounds, depth first: each time the last choice that has another option takes it, and what comes
 * before is run again as it was. States that were begun at before are not gone on from.
 *
 * Liveness is not asked of each state by itself: faults are counted and time only grows, so every run ends or is endless,
 * and one that is endless breaks I9.
 */
export async function explore({ name, writers, commands, settings, choices }: Bounds): Promise<Exploration> {
  const known = new Set<string>();
  let prefix: ChoiceDriver['taken'] = [];
  let [runs, ends] = [0, 0];
  for (;;) {
    const driver = new ChoiceDriver(prefix, known, choices);
    const world = new World(driver, settings);
    const wanted = commands(driver.now());
    for (let index = 0; index < writers; index += 1) world.startWriter(0);
    world.store(wanted);
    const end = await driver.run(
      () => {
        // Whoever runs the writers starts another when none is left.
        if (world.processes.every(({ process }) => process.isDead)) world.startWriter(0);
        return isSettled(world);
      },
      () => stateOf(world),
      () => world.processes.map(({ process, leases }) => ({ process, isAtRest: leases.count === 0 })),
      limitMs,
    );
    runs += 1;
    if (end !== 'known state') {
      ends += 1;
      await driver.finish();
    }
    const violations = [...safety(world), ...(end === 'known state' ? [] : atTheEnd(world, wanted))];
    if (violations.length > 0) {
      return { name, states: known.size, runs, ends, violations, counterexample: driver.story };
    }
    prefix = driver.taken;
    while (prefix.length > 0 && isLast(prefix)) prefix.pop();
    const turn = prefix.at(-1);
    if (turn === undefined) return { name, states: known.size, runs, ends, violations: [], counterexample: [] };
    turn.taken += 1;
  }
}

function isLast(choices: ChoiceDriver['taken']): boolean {
  const last = choices.at(-1);
  return last !== undefined && last.taken + 1 >= last.options;
}

/** Postgres, amoCRM, and of the past what the invariants ask about. */
function stateOf(world: World): string {
  const effects = [...world.ledger.rows.values()].map(
    ({ seq, state, attempts, sent, batchMax, isRefreshed, entities, amocrmId }) =>
      [seq, state, attempts, sent, batchMax, isRefreshed, entities, amocrmId] as const,
  );
  const portals = [...world.portals.rows.values()].map(({ stop, checkAt }) => [stop, checkAt] as const);
  const amocrm = [...world.amocrm.values()].map(({ entities }) =>
    entities.map(({ kind, id, visibleFrom, fields }) => [kind, id, visibleFrom, fields] as const),
  );
  const writes = world.requests
    .filter(({ request }) => request.method !== 'GET')
    .map(
      ({ lane, request, leftAt, arrivedAt, outcome }) => [lane, request.path, leftAt, arrivedAt, outcome?.ok] as const,
    );
  return JSON.stringify([
    effects,
    [...world.lanes.rows],
    portals,
    amocrm,
    [...world.marks],
    [...world.ownCards],
    writes,
  ]);
}
