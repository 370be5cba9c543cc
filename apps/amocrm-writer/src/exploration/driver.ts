/** One writer process of a run: it may die or freeze between any two of its steps. */
export class Process {
  isDead = false;
  /** Virtual Unix milliseconds; nothing of it happens before. */
  frozenUntil = 0;
  /** Everything that it has learnt since it last was at rest: two runs in which it is equal have the same process here. */
  seen = '';

  constructor(
    readonly name: string,
    /** What its own monotonic clock shows beside the world's. */
    readonly skewMs: number,
  ) {}
}

/**
 * Decides when what happens, and what goes wrong. A run is the writer's own code, awaiting nothing but this: whoever decides
 * here decides the interleaving. Two of these exist: by chance ({@link RandomDriver}) and all of them ({@link ChoiceDriver}).
 */
export interface Driver {
  /** Virtual Unix milliseconds. */
  now(): number;
  /** A transaction of a process: happens at once and whole, later, if the process lives. */
  step<T>(process: Process, what: string, act: () => T): Promise<T>;
  /** As a step that changes nothing: which order it has to other steps matters only by what it sees. */
  read<T>(process: Process, what: string, act: () => T): Promise<T>;
  /** On the network: happens some time later, whoever lives. */
  travel(what: string, act: () => void): void;
  /** Null: it is the world's timer, and not a process's that may be dead by then. */
  after(process: Process | null, ms: number, act: () => void): () => void;
  /** Which of these goes wrong here; null = none. */
  fault<F extends string>(what: string, faults: readonly F[]): F | null;
  /** A length between two bounds. */
  length(minMs: number, maxMs: number): number;
}

/** What can befall a process at one of its transactions. */
export const stepFaults = [
  'killed before',
  'killed after',
  'frozen before',
  'frozen after',
  'database refuses',
  'answer of the database lost',
] as const;

export interface Step<T> {
  readonly process: Process;
  readonly what: string;
  readonly act: () => T;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** Does a step, or what befalls the process at it. `again`: comes up once more when the process thaws. */
export function perform<T>(
  driver: Driver,
  step: Step<T>,
  { freezeMs, again }: { readonly freezeMs: number; readonly again: (step: Step<T>) => void },
): void {
  const { process, what, act, reject } = step;
  switch (driver.fault(`${process.name} ${what}`, stepFaults)) {
    case null:
      return settle(step);
    case 'killed before':
      process.isDead = true;
      return;
    case 'killed after':
      process.isDead = true;
      return settle(step);
    case 'frozen before':
      process.frozenUntil = driver.now() + freezeMs;
      return again(step);
    case 'frozen after': {
      process.frozenUntil = driver.now() + freezeMs;
      const outcome = outcomeOf(act);
      return again({ ...step, act: outcome });
    }
    case 'database refuses':
      return reject(new Error('the database refuses'));
    case 'answer of the database lost':
      outcomeOf(act);
      return reject(new Error('the outcome of the commit is unknown'));
  }
}

/** Does a step and tells its process how it ended. */
export function settle<T>({ act, resolve, reject }: Step<T>): void {
  try {
    resolve(act());
  } catch (error) {
    reject(error instanceof Error ? error : new Error('a step failed', { cause: error }));
  }
}

/** The act, done now; what it gave or threw, later. */
function outcomeOf<T>(act: () => T): () => T {
  try {
    const value = act();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Lets everything that is not waiting for the driver run until it does. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
