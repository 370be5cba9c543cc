/** What the bench tells its asking process and the source of its stream, and what it hears back. */

export const QUESTIONS_PER_SECOND = 200;

/** Every client of the directory has a manager: another answer counts as the whole budget of one. */
export const NOT_ANSWERED_MS = 1_000;

export interface Round {
  readonly seconds: number;
}

export interface Asked {
  /** Of each question, from when it was due to its answer. */
  readonly takenMs: readonly number[];
  /** Of each question, how late the asking process itself was: part of `takenMs`. */
  readonly lateMs: readonly number[];
}

/** Answered, once it is told to stop, with how many events were sent. */
export interface Stream {
  readonly perSecond: number;
  /** How many of the events have been sent before. */
  readonly from: number;
}
