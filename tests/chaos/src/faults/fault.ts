import { type Verdict } from '../oracle/verdict.js';

/** One piece of work on a fault: a row of the table is the sum of its sessions. */
export interface Session {
  readonly seed: number;
  /** How many injections are still wanted. */
  readonly goal: number;
  /** No further injection after this, by the monotonic clock; what is under way is brought to its end. */
  readonly stopAt: number;
  readonly say: (line: string) => void;
}

export interface Outcome {
  readonly injections: number;
  readonly verdict: Verdict;
  /** A figure that the row reports beside its violations, such as how long recovery took. */
  readonly figures?: Readonly<Record<string, number>>;
  /** Named instants at which a process was stopped, and how often: those never met are there with 0. */
  readonly instants?: Readonly<Record<string, number>>;
}

/** A row of faults.md, or one kind of it. */
export interface Fault {
  /** `F3`, or `F3-504` where a row has several kinds. */
  readonly id: string;
  /** What goes wrong, for the reader of the table. */
  readonly title: string;
  /** Injections of a full run. */
  readonly goal: number;
  run(session: Session): Promise<Outcome>;
}

export const isOver = ({ stopAt, goal }: Session, injections: number): boolean =>
  injections >= goal || performance.now() > stopAt;
