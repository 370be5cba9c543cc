import { createHash } from 'node:crypto';
import { perform, settle, settled, type Driver, type Process, type Step } from './driver.js';

interface Pending {
  /** Null = the world's. */
  readonly process: Process | null;
  readonly what: string;
  readonly act: () => void;
}

interface Timer {
  readonly at: number;
  readonly process: Process | null;
  readonly act: () => void;
}

/** One place where a run could have gone otherwise. */
interface Choice {
  readonly options: number;
  taken: number;
}

export interface ChoiceDriverSettings {
  /** How many things go wrong in one run, at most. */
  readonly faults: number;
  readonly freezeMs: number;
  /** Faults of this kind of run; all others do not happen. */
  readonly possible: (fault: string) => boolean;
}

/** How a run ended: over, at a state from which everything has been or will be tried, or not at all. */
export type RunEnd = 'over' | 'known state' | 'endless';

/** More steps than any run of these bounds has. */
const maxSteps = 5_000;

/**
 * Follows one sequence of choices; where it ends, the first option each. Whoever runs it again with another sequence, for as
 * long as there are options left, has run every interleaving of the processes' transactions, and every fault at each
 * (`explorer.ts`). Steps take no time: time passes when nothing else can happen, until the next timer, so that what is
 * explored is the order of steps and not their lengths.
 */
export class ChoiceDriver implements Driver {
  private time = Date.parse('2026-11-20T09:15:00.000Z');
  private pending: Pending[] = [];
  private timers: Timer[] = [];
  /** Due at once, in one order. */
  private due: Pending[] = [];
  private position = 0;
  private faultsLeft: number;
  readonly story: string[] = [];
  readonly taken: Choice[] = [];

  constructor(
    private readonly prefix: readonly Choice[],
    private readonly known: Set<string>,
    private readonly settings: ChoiceDriverSettings,
  ) {
    this.faultsLeft = settings.faults;
  }

  now(): number {
    return this.time;
  }

  step<T>(process: Process, what: string, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const step: Step<T> = { process, what, act: this.watched(process, what, act), resolve, reject };
      this.pending.push({ process, what, act: () => this.perform(step) });
    });
  }

  /** At once: another order of it to a neighbour's step is another order of the step before it. */
  read<T>(process: Process, what: string, act: () => T): Promise<T> {
    return Promise.resolve(this.watched(process, what, act)());
  }

  /** At once, in the order sent: what is slower on the network than the next transaction is a fault of its own. */
  travel(what: string, act: () => void): void {
    this.due.push({ process: null, what, act });
  }

  after(process: Process | null, ms: number, act: () => void): () => void {
    if (ms <= 0) {
      this.due.push({ process, what: 'at once', act });
      return () => undefined;
    }
    const timer: Timer = { at: this.time + ms, process, act };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  fault<F extends string>(what: string, faults: readonly F[]): F | null {
    const possible = this.faultsLeft === 0 ? [] : faults.filter((each) => this.settings.possible(each));
    const fault = possible[this.choose(possible.length + 1) - 1];
    if (fault === undefined) return null;
    this.faultsLeft -= 1;
    this.tell(`${what}: ${fault}`);
    return fault;
  }

  /** The longest: the bounds are what a run of this kind is about. */
  length(_minMs: number, maxMs: number): number {
    return maxMs;
  }

  /** @param state everything outside of the processes that the future depends on */
  async run(
    isOver: () => boolean,
    state: () => string,
    processes: () => readonly { readonly process: Process; readonly isAtRest: boolean }[],
    limitMs: number,
  ): Promise<RunEnd> {
    const end = this.time + limitMs;
    for (let steps = 0; steps < maxSteps; steps += 1) {
      await this.doDue();
      if (isOver()) return 'over';
      this.pending = this.pending.filter(({ process }) => process?.isDead !== true);
      const enabled = this.pending.filter(({ process }) => !this.isFrozen(process));
      if (enabled.length === 0) {
        if (!this.passTime(end)) return 'endless';
        continue;
      }
      // A process at rest has forgotten how it got there.
      for (const { process, isAtRest } of processes()) {
        if (isAtRest && !this.pending.some((each) => each.process === process)) process.seen = '';
      }
      if (this.isKnown(state(), processes())) return 'known state';
      const next = enabled[this.choose(enabled.length)];
      if (next === undefined) return 'endless';
      this.pending.splice(this.pending.indexOf(next), 1);
      if (enabled.length > 1) this.tell(`${next.process?.name ?? ''}: ${next.what}`);
      next.act();
    }
    return 'endless';
  }

  /** What amoCRM still applies when nobody writes any more. */
  async finish(): Promise<void> {
    await this.doDue();
    for (const { at, process, act } of this.timers.toSorted((a, b) => a.at - b.at)) {
      if (process !== null) continue;
      this.time = at;
      act();
    }
  }

  private perform<T>(step: Step<T>): void {
    const { freezeMs } = this.settings;
    perform(this, step, {
      freezeMs,
      again: (later) => {
        const { process, what } = later;
        this.pending.push({ process, what: `${what}, thawed`, act: () => settle(later) });
        // Time has to reach the thaw, whatever else has a timer.
        this.after(null, freezeMs, () => undefined);
      },
    });
  }

  private watched<T>(process: Process, what: string, act: () => T): () => T {
    return () => {
      try {
        const value = act();
        process.seen = digest(`${process.seen}|${this.time}|${what}|${textOf(value)}`);
        return value;
      } catch (error) {
        process.seen = digest(`${process.seen}|${this.time}|${what}|${String(error)}`);
        throw error;
      }
    };
  }

  private async doDue(): Promise<void> {
    await settled();
    while (this.due.some(({ process }) => !this.isFrozen(process))) {
      const due = this.due.filter(({ process }) => !this.isFrozen(process));
      this.due = this.due.filter(({ process }) => this.isFrozen(process));
      for (const { process, act } of due) if (process?.isDead !== true) act();
      await settled();
    }
  }

  private isFrozen(process: Process | null): boolean {
    return process !== null && process.frozenUntil > this.time;
  }

  /** To the next timer. @returns whether there was one in time */
  private passTime(end: number): boolean {
    this.timers = this.timers.filter(({ process }) => process?.isDead !== true);
    const times = this.timers.map(({ at, process }) => Math.max(at, process?.frozenUntil ?? 0));
    const next = Math.min(...times);
    if (next > end) return false;
    this.time = next;
    const [due, later] = [
      this.timers.filter((_, index) => times[index] === next),
      this.timers.filter((_, index) => times[index] !== next),
    ];
    this.timers = later;
    this.due.push(...due.map(({ process, act }) => ({ process, what: 'timer', act })));
    return true;
  }

  private choose(options: number): number {
    if (options < 2) return 0;
    const before = this.prefix[this.position];
    this.position += 1;
    const choice: Choice = before ? { ...before } : { options, taken: 0 };
    this.taken.push(choice);
    return choice.taken;
  }

  /** New choices are begun at states alone that nobody has begun at; on the way there the prefix is followed. */
  private isKnown(state: string, processes: readonly { readonly process: Process }[]): boolean {
    if (this.position < this.prefix.length) return false;
    // Which of the writers is which does not matter: of the states that differ in their names alone one is enough.
    const [key = ''] = ordersOf(processes)
      .map((order) => this.keyOf(state, order))
      .sort();
    if (this.known.has(key)) return true;
    this.known.add(key);
    return false;
  }

  private keyOf(state: string, processes: readonly { readonly process: Process }[]): string {
    const names = new Map(processes.map(({ process }, index) => [process.name, `#${index}`]));
    const renamed = (text: string): string => text.replaceAll(/writer \d+/g, (name) => names.get(name) ?? name);
    const life = processes.map(({ process: { isDead, frozenUntil, seen } }) =>
      isDead ? 'dead' : `${frozenUntil} ${seen}`,
    );
    const waiting = this.pending.map(({ process, what }) => renamed(`${process?.name ?? ''} ${what}`));
    const timers = new Set(this.timers.map(({ at, process }) => renamed(`${at} ${process?.name ?? ''}`)));
    return digest(
      [this.time, this.faultsLeft, renamed(state), ...life, ...waiting.sort(), ...[...timers].sort()].join('\n'),
    );
  }

  private tell(line: string): void {
    this.story.push(`${(this.time - Date.parse('2026-11-20T09:15:00.000Z')) / 1000} s  ${line}`);
  }
}

const digest = (text: string): string => createHash('md5').update(text).digest('base64');

/** Maps in full, which JSON would leave out. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (each instanceof Map ? [...each] : each)) ?? '';

/** Every order of the processes. Those beyond the bound's writers, which took the place of dead ones, keep theirs. */
function ordersOf<T>(processes: readonly T[]): T[][] {
  const [exchanged, kept] = [processes.slice(0, MOST_EXCHANGED), processes.slice(MOST_EXCHANGED)];
  return permutations(exchanged).map((order) => [...order, ...kept]);
}

const MOST_EXCHANGED = 3;

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((first, index) => permutations(all.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}
