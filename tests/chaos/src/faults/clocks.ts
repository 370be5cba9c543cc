import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena } from '../rig/arena.js';
import { preload } from '../rig/writer-process.js';
import { type Act, besideTheWork } from './beside-the-work.js';
import { type Fault, isOver, type Session } from './fault.js';

const tollOf = (arena: Arena): string => join(arena.home, 'jumps.txt');

async function jumpsOf(arena: Arena): Promise<number> {
  const lines = (await readFile(tollOf(arena), 'utf8').catch(() => '')).split('\n');
  return lines.filter((line) => line !== '').length;
}

async function letThemJump(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  while (!isOver(session, injections)) {
    await sleep(500);
    injections = await jumpsOf(arena);
  }
  return { injections };
}

export const clockFaults: readonly Fault[] = [
  besideTheWork({
    id: 'F19',
    title: 'the wall clock of every writer jumps by up to ±5 min, each by itself',
    goal: 200,
    writers: 3,
    prepare: (arena) => ({
      imports: [preload('jumping-clock')],
      env: { CHAOS_SEED: String(arena.dice.between(1, 1_000_000)), CHAOS_TOLL: tollOf(arena) },
    }),
    act: letThemJump,
  }),
];
