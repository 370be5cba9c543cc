import { type Exchange } from './result.js';
import { type FailureOf } from './settle.js';
import { type Method } from './wire.js';

/** One request as metrics and traces see it: no ids, no query, no body. */
export interface RequestStart {
  method: Method;
  /** The route's template, such as `/api/v4/contacts/{id}`. */
  route: string;
  /** How many items a write carries; 0 for a read. */
  items: number;
}

export interface RequestEnd extends Exchange {
  /** `done`, or the code from the error table. */
  outcome: 'done' | FailureOf['code'];
  /** Waiting for a token, a connection and the pacer's turn. */
  waitedMs: number;
  /** From handing over to the end. */
  tookMs: number;
}

/** Called when a request begins; what it returns is called when it ends. Must not throw. */
export type RequestObserver = (start: RequestStart) => (end: RequestEnd) => void;
