import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena } from '../rig/arena.js';
import { preload, type WriterProcess } from '../rig/writer-process.js';
import { type Act, besideTheWork } from './beside-the-work.js';
import { type Fault, isOver, type Session } from './fault.js';
import { killPoints } from './kill-points.js';

/** Faults of the writers' own lives: killed, frozen, ended, multiplied. */

const LEASE_SEC = 2;

/** Beside the first writer so many live dangerously: the lanes always have somebody to go to. */
const IN_DANGER = 4;

/** A writer that comes to its instant later than this, or never, dies at whatever it is doing then. */
const LONGEST_LIFE_MS = 7_000;

async function killAgainAndAgain(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  const toll = join(arena.home, 'toll.txt');
  const oneAfterTheOther = async (): Promise<void> => {
    while (!isOver(session, injections)) {
      const at = `${arena.dice.oneOf(killPoints)}#${String(arena.dice.between(1, 4))}`;
      const writer = arena.start({ imports: [preload('instants')], env: { CHAOS_AT: at, CHAOS_TOLL: toll } });
      await Promise.race([writer.exited, sleep(arena.dice.between(3_000, LONGEST_LIFE_MS))]);
      await writer.end('SIGKILL');
      injections += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_DANGER }, oneAfterTheOther));
  const reached = (await readFile(toll, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  return {
    injections,
    figures: { 'kills at a named instant': reached.length, 'different instants': new Set(reached).size },
  };
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

async function restartInTurn(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  const all = Array.from({ length: IN_DANGER }, () => arena.start());
  while (!isOver(session, injections)) {
    const eldest = all.shift();
    all.push(arena.start());
    await sleep(arena.dice.between(500, 3_000));
    await eldest?.end('SIGTERM');
    injections += 1;
  }
  return { injections };
}

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
