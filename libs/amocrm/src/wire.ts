import { type Answer } from './answer.js';
import { type Code } from './error-table.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface WireRequest {
  method: Method;
  /** With its query. */
  path: string;
  /** JSON text. */
  body?: string;
  /** What authorises the request, on top of the headers that every request has. */
  headers: Readonly<Record<string, string>>;
}

export interface SendOptions {
  signal?: AbortSignal | undefined;
  /** See {@link CallOptions.maySend}: asked in the tick in which the first byte would leave. */
  maySend?: (() => boolean) | undefined;
}

/** `code`'s row in the error table says whether the request may have taken effect. `status` is set if an answer began. */
export type WireOutcome =
  { ok: true; answer: Answer } | { ok: false; code: Code; detail: string; status?: number; requestId?: string };

export type WireAttempt = { ok: true; connection: WireConnection } | { ok: false; code: Code; detail: string };

/** A connection on which nothing was sent yet: it carries one request, or is given back. */
export interface WireConnection {
  /** A request may still be written to it. */
  isUsable(): boolean;
  release(): void;
  /** Does not reject for what the network or amoCRM does. */
  send(request: WireRequest, options?: SendOptions): Promise<WireOutcome>;
}

/**
 * What carries requests to one account: the network ({@link Transport}), or a model of it in virtual time. Connecting is
 * a step of its own, before the pacer's turn; whether a byte may have left is always known.
 */
export interface Wire {
  readonly host: string;
  connect(signal?: AbortSignal): Promise<WireAttempt>;
  close(): void;
}
