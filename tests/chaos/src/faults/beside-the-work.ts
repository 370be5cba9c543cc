import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../oracle/judge.js';
import { Arena, type ArenaOptions, type StartOptions } from '../rig/arena.js';
import { type WriterProcess } from '../rig/writer-process.js';
import { type Fault, type Outcome, type Session } from './fault.js';
import { recoveryFigures, watchAfter, watchBefore } from './spans.js';
import { feed, settle } from './work.js';

export interface Act {
  readonly injections: number;
  readonly instants?: Readonly<Record<string, number>>;
  /** Told by the ledger when all has ended. */
  readonly figuresAfterwards?: () => Promise<Readonly<Record<string, number>>>;
}

/** A fault that is brought about beside writers at work, over and over until the session is over. */
export interface BesideTheWork {
  readonly id: string;
  readonly title: string;
  readonly goal: number;
  /** Writers that are there from the start; default 2. */
  readonly writers?: number;
  readonly arena?: Partial<ArenaOptions>;
  /** How those writers are started, once the world is there. */
  readonly prepare?: (arena: Arena) => StartOptions | Promise<StartOptions>;
  /** How work is kept coming; default {@link feed}. */
  readonly feed?: (arena: Arena, isOver: () => boolean) => Promise<void>;
  /** The pace of the work before the fault and after it is reported (faults.md I8). */
  readonly recovers?: boolean;
  readonly act: (arena: Arena, session: Session) => Promise<Act>;
  /** What the operator goes on doing after the act until every effect has ended. */
  readonly help?: (arena: Arena) => Promise<void>;
  /** Beyond the effects that were put: what must hold afterwards. @returns what does not, in words */
  readonly check?: (arena: Arena, act: Act) => Promise<string[]>;
  /** Ends what `prepare` began. */
  readonly tidy?: (arena: Arena) => Promise<void>;
}

const TENANTS = 8;
const WRITERS = 2;

export function besideTheWork(row: BesideTheWork): Fault {
  const run = async (session: Session): Promise<Outcome> => {
    const arena = await Arena.open({ seed: session.seed, tenants: TENANTS, ...row.arena });
    try {
      const options = (await row.prepare?.(arena)) ?? {};
      const writers = Array.from({ length: row.writers ?? WRITERS }, () => arena.start(options));
      // A row without writers of its own starts them in its act.
      if (writers.length > 0) await arena.portalsRead();
      let isActing = true;
      const [act] = await Promise.all([
        actOf(row, arena, session).finally(() => (isActing = false)),
        (row.feed ?? feed)(arena, () => !isActing),
        supervise(arena, writers, options, () => !isActing),
      ]);
      await settle(arena, row.help ? { help: row.help } : {});
      const verdict = await judge(arena);
      const found = (await row.check?.(arena, act)) ?? [];
      const other = verdict.other + found.length;
      const { injections, instants } = act;
      const figures = await act.figuresAfterwards?.();
      return {
        injections,
        ...(instants ? { instants } : {}),
        ...(figures ? { figures } : {}),
        verdict: { ...verdict, other, findings: [...found, ...verdict.findings] },
      };
    } finally {
      await row.tidy?.(arena);
      await arena.close();
    }
  };
  return { id: row.id, title: row.title, goal: row.goal, run };
}

async function actOf(row: BesideTheWork, arena: Arena, session: Session): Promise<Act> {
  if (row.recovers !== true) return row.act(arena, session);
  const before = await watchBefore(arena);
  const act = await row.act(arena, session);
  const after = await watchAfter(arena);
  return { ...act, figuresAfterwards: () => recoveryFigures(arena, before, after) };
}

const LOOK_AFTER_MS = 500;

/** A writer that the fault has ended is started again. */
async function supervise(
  arena: Arena,
  writers: WriterProcess[],
  options: StartOptions,
  isOver: () => boolean,
): Promise<void> {
  for (let isLast = false; !isLast; await sleep(LOOK_AFTER_MS)) {
    isLast = isOver();
    for (const [index, writer] of writers.entries()) if (writer.isGone) writers[index] = arena.start(options);
  }
}
