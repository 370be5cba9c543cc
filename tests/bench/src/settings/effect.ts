import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPipeline } from '../pipeline/run.js';
import { median, type Row } from '../rows.js';
import { startBenchApi, type BenchApi } from './settings-api.js';

const SAVES_PER_RUN = 100;
const GOAL_MS = 1_000;
const ACCOUNT = 'bench';
const LOOK_EVERY_MS = 2;
const GIVE_UP_AFTER_MS = 30_000;

/**
 * How long a saved setting takes to count for the next call (rules.md R3): from the operator's request until the engine
 * holds that version, through the outbox and `settings.v1`, one save after the other.
 */
export async function benchSettingsEffect(runs: number, say: (line: string) => void): Promise<Row[]> {
  const api = await startBenchApi();
  const services = startPipeline(api.brokers, api.databaseUrl);
  const engine = new pg.Client({ connectionString: api.databaseUrl });
  await engine.connect();
  try {
    await api.call('POST', '/accounts', { accountId: ACCOUNT, name: 'Bench' });
    await services.engine.unlessItDies(untilHeld(engine, 1));
    const p99s: number[] = [];
    let version = 1;
    for (let run = 0; run <= runs; run += 1) {
      const taken: number[] = [];
      for (let n = 0; n < SAVES_PER_RUN; n += 1) {
        version += 1;
        taken.push(await services.engine.unlessItDies(save(api, engine, version)));
      }
      if (run === 0) continue; // not measured: connections are made and code is compiled
      p99s.push(taken.sort((a, b) => a - b)[Math.ceil(taken.length * 0.99) - 1] ?? Infinity);
      say(`run ${String(run)}: p99 ${(p99s.at(-1) ?? 0).toFixed(0)} ms`);
    }
    const value = median(p99s);
    return [
      {
        id: 'settings_effect_p99_ms',
        value: Number(value.toFixed(1)),
        unit: 'ms',
        goal: `<= ${String(GOAL_MS)}`,
        met: value <= GOAL_MS,
        runs: p99s.map((each) => Number(each.toFixed(1))),
      },
    ];
  } finally {
    await engine.end();
    await Promise.all([services.ingest.end(), services.engine.end()]);
    await api.end();
  }
}

async function save(api: BenchApi, engine: pg.Client, version: number): Promise<number> {
  const since = performance.now();
  await api.call('PUT', `/accounts/${ACCOUNT}/integration`, {
    active: false,
    incoming: { unsortedRecordWaitSec: version % 600 },
  });
  await untilHeld(engine, version);
  return performance.now() - since;
}

async function untilHeld(engine: pg.Client, version: number): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
  while (performance.now() < giveUpAt) {
    const { rows } = await engine
      .query<{ version: number }>('select version from decision_engine.accounts where account_id = $1', [ACCOUNT])
      .catch(notThereYet);
    if ((rows[0]?.version ?? 0) >= version) return;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`the engine did not hold version ${String(version)} in 30 s`);
}

/** The engine makes its tables while it starts. */
function notThereYet(error: unknown): { rows: { version: number }[] } {
  if (error instanceof pg.DatabaseError && (error.code === '42P01' || error.code === '3F000')) return { rows: [] };
  throw error;
}
