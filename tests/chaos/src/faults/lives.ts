import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, LEASE_SEC } from '../rig/arena.js';
import { preload, type WriterProcess } from '../rig/writer-process.js';
import { type Act, besideTheWork } from './beside-the-work.js';
import { type Fault, isOver, type Session } from './fault.js';
import { killPoints } from './kill-points.js';

/** Faults of the writers' own lives: killed, frozen, ended, multiplied. */

/** Beside the first writer so many live dangerously: the lanes always have somebody to go to. */
const IN_DANGER = 3;

/** A writer that comes to none of its instants until then dies at whatever it is doing. Several start beside each other. */
const LONGEST_LIFE_MS = 24_000;

/**
 * Each writer is sent after those instants at which the fewest have died, and dies at the first that it comes to: rare ones
 * are met as often as they can be, and no writer lives long in vain.
 */
async function killAgainAndAgain(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  const toll = join(arena.home, 'toll.txt');
  const reached = async (): Promise<Record<string, number>> => {
    const instants = Object.fromEntries(killPoints.map((name) => [name, 0]));
    const lines = (await readFile(toll, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    for (const name of lines) instants[name] = (instants[name] ?? 0) + 1;
    return instants;
  };
  const oneAfterTheOther = async (): Promise<void> => {
    while (!isOver(session, injections)) {
      const rarestFirst = Object.entries(await reached()).sort(([, a], [, b]) => a - b);
      const at = rarestFirst
        .slice(0, rarestFirst.length / 2)
        .map(([name]) => `${name}#${String(arena.dice.between(1, 2))}`);
      const env = { CHAOS_AT: at.join(';'), CHAOS_TOLL: toll };
      const writer = arena.start({ imports: [preload('instants')], env });
      await Promise.race([writer.exited, sleep(arena.dice.between(LONGEST_LIFE_MS / 2, LONGEST_LIFE_MS))]);
      await writer.end('SIGKILL');
      injections += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_DANGER }, oneAfterTheOther));
  return { injections, instants: await reached() };
}

async function freezeAgainAndAgain(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  const oneAfterTheOther = async (writer: WriterProcess): Promise<void> => {
    while (!isOver(session, injections)) {
      await sleep(arena.dice.between(100, 1_500));
      writer.signal('SIGSTOP');
      await sleep(LEASE_SEC * 1000 + arena.dice.between(200, 2_500));
      writer.signal('SIGCONT');
      injections += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_DANGER }, () => oneAfterTheOther(arena.start())));
  return { injections };
}

/** In each of several places a new writer comes, and when both are at work the old one is told to go. */
async function restartInTurn(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  const place = async (): Promise<void> => {
    let old = arena.start();
    while (!isOver(session, injections)) {
      const successor = arena.start();
      await sleep(arena.dice.between(500, 4_000));
      await old.end('SIGTERM');
      old = successor;
      injections += 1;
    }
  };
  await Promise.all(Array.from({ length: PLACES }, place));
  return { injections };
}

const PLACES = 3;
const MOST_WRITERS = 8;
const FEWEST_WRITERS = 2;

async function scaleUpAndDown(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  const all: WriterProcess[] = [];
  while (!isOver(session, injections)) {
    while (all.length + 1 < MOST_WRITERS) {
      all.push(arena.start());
      injections += 1;
      await sleep(arena.dice.between(200, 1_000));
    }
    await sleep(arena.dice.between(2_000, 5_000));
    while (all.length + 1 > FEWEST_WRITERS) {
      const gone = all.shift();
      injections += 1;
      void gone?.end('SIGTERM');
      await sleep(arena.dice.between(100, 500));
    }
    await sleep(arena.dice.between(1_000, 3_000));
  }
  return { injections };
}

export const lifeFaults: readonly Fault[] = [
  besideTheWork({
    writers: 1,
    id: 'F10',
    title: `SIGKILL at a random or named instant (${String(killPoints.length)} of them: around intent, send, answer, outcome)`,
    goal: 1_000,
    arena: { tenants: 16 },
    act: killAgainAndAgain,
  }),
  besideTheWork({
    writers: 1,
    id: 'F11',
    title: 'SIGSTOP for longer than the lease, then SIGCONT: a zombie',
    goal: 200,
    act: freezeAgainAndAgain,
  }),
  besideTheWork({
    writers: 1,
    id: 'F12',
    title: 'SIGTERM under load, all writers in turn',
    goal: 200,
    act: restartInTurn,
  }),
  besideTheWork({ writers: 1, id: 'F13', title: '1 → 8 → 2 writers under load', goal: 100, act: scaleUpAndDown }),
];
