import { setTimeout as sleep } from 'node:timers/promises';
import { type CallDecision } from '@perezvon/contracts';
import { mirroredPortal, RESPONSIBLE } from '../pipeline/account.js';
import { startPipeline } from '../pipeline/run.js';
import { type Row } from '../rows.js';
import { type BenchApi, startBenchApi } from './settings-api.js';
import { TrialCalls } from './trial-calls.js';

const SAVES_PER_RUN = 50;
const SAVES_BEFORE = 30;
const GOAL_MS = 1_000;
const ACCOUNT = 'bench';
/** A client calls every so often after a save, so a figure is too high by as much at most. */
const CALL_EVERY_MS = 10;
const GIVE_UP_AFTER_MS = 60_000;

/**
 * How long a saved setting takes to count (rules.md R3): from the operator's request until there is the first decision made
 * with it, of a call that came after the save. Through settings-api, its outbox, `settings.v1`, and the call's own way through
 * ingest and engine. One save after the other, each with other settings than the one before.
 */
export async function benchSettingsEffect(runs: number, say: (line: string) => void): Promise<Row[]> {
  const api = await startBenchApi();
  const services = startPipeline(api.brokers, api.databaseUrl);
  const unlessTheyDie = <T>(work: Promise<T>): Promise<T> =>
    services.engine.unlessItDies(services.ingest.unlessItDies(work));
  let calls: TrialCalls | undefined;
  try {
    calls = await unlessTheyDie(TrialCalls.connect(api.brokers, ACCOUNT));
    const save = await readyToSave(api, calls);
    const measured: number[] = [];
    const p99s: number[] = [];
    for (let run = 0; run <= runs; run += 1) {
      const taken: number[] = [];
      // The first ones are not measured: connections are made and code is compiled.
      for (let n = run === 0 ? SAVES_PER_RUN - SAVES_BEFORE : 0; n < SAVES_PER_RUN; n += 1) {
        taken.push(await unlessTheyDie(save()));
      }
      if (run === 0) {
        say(`ready after ${String(SAVES_BEFORE)} saves, the first of which took ${(taken[0] ?? 0).toFixed(0)} ms`);
        continue;
      }
      measured.push(...taken);
      p99s.push(p99(taken));
      say(`run ${String(run)}: p99 ${(p99s.at(-1) ?? 0).toFixed(0)} ms`);
    }
    const value = p99(measured);
    return [
      {
        id: 'settings_effect_p99_ms',
        value: Number(value.toFixed(1)),
        unit: 'ms',
        goal: `<= ${String(GOAL_MS)}, of the saves of all runs together`,
        met: value <= GOAL_MS,
        runs: p99s.map((each) => Number(each.toFixed(1))),
      },
    ];
  } finally {
    await calls?.disconnect();
    await Promise.all([services.ingest.end(), services.engine.end()]);
    await api.end();
  }
}

/**
 * An active integration with a portal, known to the engine.
 *
 * @returns saves the settings once more, changed; gives the milliseconds until a decision was made with them
 */
async function readyToSave(api: BenchApi, calls: TrialCalls): Promise<() => Promise<number>> {
  await api.call('POST', '/accounts', { accountId: ACCOUNT, name: 'Bench' });
  const portals = `/accounts/${ACCOUNT}/portals`;
  const { portalId } = (await api.call('POST', portals, { url: 'https://bench.amocrm.ru' })) as { portalId: string };
  await api.call('PUT', `${portals}/${portalId}/credentials`, { longLivedToken: 'bench-token' });
  await calls.tell({ ...mirroredPortal(), accountId: ACCOUNT, portalId });
  let [version, makesContacts] = [await versionOf(api), false];
  return async () => {
    makesContacts = !makesContacts;
    version += 1;
    const since = performance.now();
    await api.call('PUT', `/accounts/${ACCOUNT}/integration`, settingsOf(portalId, makesContacts));
    const decision = await firstDecision(calls, version);
    const took = performance.now() - since;
    if (decision.effects.some(({ effect }) => effect === 'contact') !== makesContacts) {
      throw new Error(`version ${String(version)} was named, but not obeyed: ${JSON.stringify(decision)}`);
    }
    return took;
  };
}

function settingsOf(portalId: string, makesContacts: boolean): object {
  const defaultResponsibleUserId = RESPONSIBLE;
  const answeredUnknown = makesContacts ? { enabled: true, action: 'create_contact' } : { enabled: false };
  return {
    active: true,
    portalId,
    incoming: { cells: { answeredUnknown }, defaultResponsibleUserId },
    outgoing: { defaultResponsibleUserId },
  };
}

/** Clients go on calling until one of them is decided with that version or a later one. */
async function firstDecision(calls: TrialCalls, version: number): Promise<CallDecision> {
  const stop = new AbortController();
  const decided = calls.next((decision) => decision.settingsVersion >= version).finally(() => stop.abort());
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
  while (!stop.signal.aborted) {
    if (performance.now() > giveUpAt) throw new Error(`no decision with version ${String(version)} in a minute`);
    await calls.send();
    await Promise.race([sleep(CALL_EVERY_MS), decided]);
  }
  return decided;
}

async function versionOf(api: BenchApi): Promise<number> {
  const { version } = (await api.call('GET', `/accounts/${ACCOUNT}`)) as { version: number };
  return version;
}

function p99(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Infinity;
}
