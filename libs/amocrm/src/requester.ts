import { parseJson, refusalOf, type Answer } from './answer.js';
import { errorTable, type CodeOf } from './error-table.js';
import { masked } from './mask.js';
import { type Pacer, type TurnEnd } from './pacer.js';
import { type RequestEnd, type RequestObserver, type RequestStart } from './request-observer.js';
import { exchangeOf, type Exchange } from './result.js';
import { type FailureOf } from './settle.js';
import { inSpan } from './trace.js';
import { type Method, type Wire, type WireOutcome } from './wire.js';

/** What each call may bring along. */
export interface CallOptions {
  /** Aborted before the request is sent: nothing was done. Afterwards: a write is in doubt. */
  signal?: AbortSignal;
  /**
   * Asked in the very tick in which the request is handed to the socket, after every wait: false ends in `send_refused`,
   * nothing sent. The writer's last check of its lease (design.md, Fencing). Must not throw.
   */
  maySend?: () => boolean;
}

/** Why there is no access token now: the request ends with this code. */
export interface NoToken {
  code: 'token_unavailable' | CodeOf<'stop_portal'>;
  detail?: string;
  afterMs?: number;
}

export interface RequesterOptions {
  transport: Wire;
  /** See {@link AmocrmClientOptions.token}; undefined for requests that carry their authorisation themselves. */
  token: ((refused?: string) => Promise<string | NoToken>) | undefined;
  pacer: Pacer | undefined;
  onRequest: RequestObserver | undefined;
}

export interface ApiRequest {
  method: Method;
  route: string;
  path: string;
  query?: Query;
  /** A list of items, or the one thing that the route is about. */
  body?: unknown[] | object;
  headers?: Readonly<Record<string, string>>;
}

export type Query = Record<string, string | number | readonly (string | number)[] | undefined>;

/** A success: its JSON, or nothing for a 204. */
export type ApiAnswer = ({ ok: true; value: unknown; empty: boolean } & Exchange) | { ok: false; failure: FailureOf };

interface SendRight {
  signal: AbortSignal | undefined;
  maySend: (() => boolean) | undefined;
}

interface Times {
  beganAt: number;
  sentAt: number | undefined;
}

/** An idle connection may be found dead only when it is used; then one fresh one is tried. */
const maxConnections = 3;
/** What a 429 without a time means for the pacer. */
const defaultSlowDownMs = 1000;

/** Token, connection, turn, exchange, JSON: the one way every request takes. */
export class Requester {
  constructor(private readonly options: RequesterOptions) {}

  request(request: ApiRequest, { signal, maySend }: CallOptions = {}): Promise<ApiAnswer> {
    const start: RequestStart = {
      method: request.method,
      route: request.route,
      items: request.body === undefined ? 0 : Array.isArray(request.body) ? request.body.length : 1,
    };
    const { transport, pacer, onRequest } = this.options;
    return inSpan(start, transport.host, async (spanEnded) => {
      const ended = onRequest?.(start);
      const times: Times = { beganAt: performance.now(), sentAt: undefined };
      const answer = await this.authorised(request, { signal, maySend }, times);
      if (!answer.ok && answer.failure.code === 'rate_limited') {
        pacer?.slowDown?.(answer.failure.afterMs ?? defaultSlowDownMs);
      }

      const endedAt = performance.now();
      const end: RequestEnd = {
        outcome: answer.ok ? 'done' : answer.failure.code,
        waitedMs: (times.sentAt ?? endedAt) - times.beganAt,
        tookMs: endedAt - (times.sentAt ?? endedAt),
        ...exchangeOf(answer.ok ? answer : answer.failure),
      };
      spanEnded(end);
      ended?.(end);
      return answer;
    });
  }

  /**
   * A 401 says that nothing was done (§1.7), so the request is repeated once if there is another token by then: the one
   * at hand may have been replaced by another process's refresh, or have expired on the way.
   */
  private async authorised(request: ApiRequest, options: SendRight, times: Times): Promise<ApiAnswer> {
    const { token } = this.options;
    if (token === undefined) return this.exchange(request, undefined, options, times);
    const first = await token();
    if (typeof first !== 'string') return { ok: false, failure: first };
    const answer = await this.exchange(request, first, options, times);
    if (answer.ok || answer.failure.code !== 'unauthorised') return answer;
    const second = await token(first);
    if (typeof second !== 'string') return { ok: false, failure: second };
    return second === first ? answer : this.exchange(request, second, options, times);
  }

  private async exchange(
    request: ApiRequest,
    token: string | undefined,
    options: SendRight,
    times: Times,
  ): Promise<ApiAnswer> {
    const outcome = await this.overAnyConnection(request, token, options, times);
    return outcome.ok ? readAnswer(outcome.answer) : { ok: false, failure: failureOf(outcome) };
  }

  private async overAnyConnection(
    request: ApiRequest,
    token: string | undefined,
    { signal, maySend }: SendRight,
    times: Times,
  ): Promise<WireOutcome> {
    const { transport, pacer } = this.options;
    for (let tries = 1; ; tries += 1) {
      const attempt = await transport.connect(signal);
      if (!attempt.ok) return attempt;
      const { connection } = attempt;
      try {
        await pacer?.acquire(signal);
      } catch (error) {
        connection.release();
        if (signal?.aborted) return { ok: false, code: 'aborted_before_send', detail: 'aborted' };
        throw error;
      }
      let outcome: WireOutcome = { ok: false, code: 'connection_gone', detail: 'closed while waiting for a turn' };
      try {
        if (connection.isUsable()) {
          times.sentAt = performance.now();
          outcome = await connection.send(
            {
              method: request.method,
              path: request.path + queryString(request.query),
              headers: { ...request.headers, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
              ...(request.body ? { body: JSON.stringify(request.body) } : {}),
            },
            { signal, maySend },
          );
        }
      } finally {
        pacer?.ended?.(turnEndOf(outcome));
      }
      if (outcome.ok || outcome.code !== 'connection_gone' || tries === maxConnections) return outcome;
    }
  }
}

/** A request that broke off may still reach amoCRM; one that ended before it was handed over does not. */
function turnEndOf(outcome: WireOutcome): TurnEnd {
  if (outcome.ok || outcome.status !== undefined) return 'answered';
  return errorTable[outcome.code].applied === 'no' ? 'unsent' : 'lost';
}

function failureOf(outcome: Extract<WireOutcome, { ok: false }>): FailureOf {
  return { ...outcome, detail: masked(outcome.detail) };
}

function readAnswer(answer: Answer): ApiAnswer {
  const exchange: Exchange = {
    status: answer.status,
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
  };
  if (answer.status === 204) return { ok: true, value: undefined, empty: true, ...exchange };
  if (answer.status !== 200 && answer.status !== 201) {
    return { ok: false, failure: { ...exchange, ...refusalOf(answer) } };
  }
  if (answer.body.trim() === '') return { ok: false, failure: { code: 'unexpected_empty', ...exchange } };
  const parsed = parseJson(answer.body);
  if (!parsed.json) return { ok: false, failure: { code: 'not_json', ...exchange } };
  return { ok: true, value: parsed.value, empty: false, ...exchange };
}

/** PHP's way of writing lists: `filter[id][]=1&filter[id][]=2`. */
function queryString(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    if (typeof value === 'object') for (const one of value) params.append(`${name}[]`, String(one));
    else params.append(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
