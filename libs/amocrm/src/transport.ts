import { request as requestHttp, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import axios from 'axios';
import {
  connectionGone,
  dropConnection,
  IdleConnections,
  isUsable,
  openConnection,
  systemCode,
  type Connection,
} from './connection.js';
import { type Code } from './error-table.js';
import {
  type SendOptions,
  type Wire,
  type WireAttempt,
  type WireConnection,
  type WireOutcome,
  type WireRequest,
} from './wire.js';

export interface Timeouts {
  /** DNS, TCP and TLS together. */
  connectMs: number;
  /** From the moment the request is handed to the connection to the first byte of the answer's head. */
  firstByteMs: number;
  /** From the same moment to the last byte of the answer. */
  totalMs: number;
}

export interface TransportOptions {
  /** Canonical origin, as {@link portalUrl} gives it. */
  origin: string;
  timeouts: Timeouts;
  /** Of the answer, both as received and decompressed. */
  maxBodyBytes: number;
  /** How long an unused connection is kept. */
  maxIdleMs: number;
  /** See {@link ConnectOptions.ca}. */
  ca?: string;
}

/**
 * One HTTP exchange with one account's host: connect first, send later, and always know whether a byte may have left.
 *
 * idle/new → `connect` → connected (nothing sent) → `send` → sent → answered → idle, or destroyed after any failure: a
 * connection on which something went wrong never carries a second request. Redirects are not followed and proxies of the
 * environment are not used, so a token goes to this origin only.
 */
export class Transport implements Wire {
  private readonly idle: IdleConnections;
  private readonly origin: URL;

  constructor(private readonly options: TransportOptions) {
    this.origin = new URL(options.origin);
    this.idle = new IdleConnections(options.maxIdleMs);
  }

  get host(): string {
    return this.origin.hostname;
  }

  /** One of the idle ones, else a new one. */
  async connect(signal?: AbortSignal): Promise<WireAttempt> {
    const idle = this.idle.take();
    if (idle) return { ok: true, connection: this.over(idle) };
    const { timeouts, ca } = this.options;
    const connect = { connectMs: timeouts.connectMs, ...(ca ? { ca } : {}) };
    const opened = await openConnection(this.origin, connect, signal);
    return opened.ok ? { ok: true, connection: this.over(opened.connection) } : opened;
  }

  private over(connection: Connection): WireConnection {
    return {
      isUsable: () => isUsable(connection),
      release: () => this.idle.give(connection),
      send: (request: WireRequest, options?: SendOptions) => this.send(connection, request, options),
    };
  }

  /** Sends one request and reads the whole answer. Never rejects, except for a mistake in this file or in `maySend`. */
  private async send(
    connection: Connection,
    request: WireRequest,
    { signal, maySend }: SendOptions = {},
  ): Promise<WireOutcome> {
    const { timeouts, maxBodyBytes } = this.options;
    const abort = new AbortController();
    let stoppedBy: Code | undefined;
    const stop = (code: Code): void => {
      stoppedBy ??= code;
      abort.abort();
    };
    const firstByteTimer = setTimeout(stop, timeouts.firstByteMs, 'first_byte_timeout');
    const totalTimer = setTimeout(stop, timeouts.totalMs, 'total_timeout');
    const onAbort = (): void => stop('aborted_after_send');
    signal?.addEventListener('abort', onAbort, { once: true });

    /** Nothing is handed to the socket before this; from here every failure but `connection_gone` may follow a write. */
    let handedOver: boolean = false;
    let head: { status: number; requestId?: string } | undefined;
    const write = (options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest => {
      // Same tick as the write: a process that was frozen in between (F11) asks here, after it wakes.
      if (signal?.aborted) throw new NotSent('aborted_before_send');
      if (!isUsable(connection)) throw new NotSent('connection_gone');
      if (maySend && !maySend()) throw new NotSent('send_refused');
      const outgoing = (this.origin.protocol === 'https:' ? requestHttps : requestHttp)(options, onResponse);
      handedOver = true;
      return outgoing;
    };

    try {
      const response = await axios.request<Readable>({
        baseURL: this.options.origin,
        url: request.path,
        allowAbsoluteUrls: false,
        method: request.method,
        headers: {
          ...request.headers,
          'Accept': 'application/hal+json, application/problem+json, application/json',
          'Accept-Encoding': 'gzip',
          'User-Agent': 'perezvon',
          ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(request.body === undefined ? {} : { data: request.body }),
        transformRequest: [(data: unknown) => data],
        responseType: 'stream',
        decompress: false,
        validateStatus: () => true,
        maxRedirects: 0,
        proxy: false,
        httpAgent: connection.agent,
        httpsAgent: connection.agent,
        signal: abort.signal,
        transport: { request: write },
      });
      clearTimeout(firstByteTimer);
      const header = (name: string): string | undefined => {
        const value: unknown = response.headers[name];
        return typeof value === 'string' ? value : undefined;
      };
      const requestId = header('x-request-id');
      head = { status: response.status, ...(requestId === undefined ? {} : { requestId }) };
      const body = await readBody(response.data, header('content-encoding'), maxBodyBytes, abort.signal);
      this.idle.give(connection);
      return {
        ok: true,
        answer: { status: response.status, body, requestId, retryAfter: header('retry-after') },
      };
    } catch (error) {
      dropConnection(connection);
      const detail = systemCode(error);
      const cause = notSentCause(error);
      if (cause) return { ok: false, code: cause, detail: cause };
      if (!handedOver) {
        // axios refused to build the request: neither the network's doing nor amoCRM's.
        // eslint-disable-next-line preserve-caught-error -- axios's error carries the request with its token
        if (stoppedBy === undefined) throw new Error(`the request could not be built: ${detail}`);
        return { ok: false, code: 'aborted_before_send', detail: stoppedBy };
      }
      if (detail === connectionGone) return { ok: false, code: 'connection_gone', detail };
      const code =
        stoppedBy ?? (error instanceof UnusableBody ? error.code : head === undefined ? 'connection_lost' : 'body_cut');
      return { ok: false, code, detail, ...head };
    } finally {
      clearTimeout(firstByteTimer);
      clearTimeout(totalTimer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Closes idle connections; one in use is closed when its exchange ends. */
  close(): void {
    this.idle.close();
  }
}

/** Raised before the request was handed to the socket. */
class NotSent extends Error {
  constructor(readonly reason: Code) {
    super(reason);
  }
}

/** The answer came, and cannot be read. */
class UnusableBody extends Error {
  constructor(
    readonly code: 'body_too_large' | 'body_broken',
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}

/** axios wraps what its transport throws. */
function notSentCause(error: unknown): Code | undefined {
  if (error instanceof NotSent) return error.reason;
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  return cause instanceof NotSent ? cause.reason : undefined;
}

const unzip = promisify(gunzip);

async function readBody(
  stream: Readable,
  encoding: string | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const giveUp = (): void => void stream.destroy(new Error('aborted'));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw new UnusableBody('body_too_large');
      chunks.push(chunk);
    }
    const received = Buffer.concat(chunks);
    switch (encoding?.toLowerCase()) {
      case undefined:
      case '':
      case 'identity':
        return received.toString('utf8');
      case 'gzip':
      case 'x-gzip':
        return received.length === 0 ? '' : await unzipped(received, maxBytes);
      default:
        throw new UnusableBody('body_broken');
    }
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function unzipped(received: Buffer, maxBytes: number): Promise<string> {
  try {
    const plain = await unzip(received, { maxOutputLength: maxBytes });
    return plain.toString('utf8');
  } catch (error) {
    throw new UnusableBody(systemCode(error) === 'ERR_BUFFER_TOO_LARGE' ? 'body_too_large' : 'body_broken', error);
  }
}
