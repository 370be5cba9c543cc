import { once } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Code } from './error-table.js';

/**
 * One established connection with an agent that can use this connection and no other.
 *
 * Connecting is a step of its own, done *before* a request takes its turn from the pacer. So a failure to connect is
 * known to have sent nothing, costs no turn, and the time a handshake takes cannot push requests together at amoCRM
 * after they were paced apart.
 */
export interface Connection {
  socket: Socket;
  agent: HttpAgent;
}

export type ConnectionAttempt = { ok: true; connection: Connection } | { ok: false; code: Code; detail: string };

export interface ConnectOptions {
  connectMs: number;
  /** Certificates trusted besides Node's own: for specs that speak TLS with a throw-away certificate. */
  ca?: string;
}

/** Opens a connection, TLS included. Never rejects. */
export async function openConnection(
  origin: URL,
  { connectMs, ca }: ConnectOptions,
  signal: AbortSignal | undefined,
): Promise<ConnectionAttempt> {
  if (signal?.aborted) return { ok: false, code: 'aborted_before_send', detail: 'aborted' };
  const secure = origin.protocol === 'https:';
  const host = origin.hostname.replace(/^\[|\]$/gu, '');
  const port = Number(origin.port || (secure ? 443 : 80));
  const socket = secure
    ? connectTls({ host, port, ...(isAddress(host) ? {} : { servername: host }), ...(ca ? { ca } : {}) })
    : connectTcp({ host, port });
  socket.setNoDelay(true);
  // A connection that breaks while nobody uses it must not end the process; isUsable() tells whoever comes next.
  socket.on('error', () => undefined);

  let tcpEstablished = false;
  socket.once('connect', () => (tcpEstablished = true));
  const deadline = AbortSignal.timeout(connectMs);
  try {
    await once(socket, secure ? 'secureConnect' : 'connect', {
      signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
    });
  } catch (error) {
    socket.destroy();
    const detail = systemCode(error);
    if (signal?.aborted) return { ok: false, code: 'aborted_before_send', detail: 'aborted' };
    if (deadline.aborted) return { ok: false, code: 'connect_timeout', detail };
    return { ok: false, code: secure && tcpEstablished ? 'tls_failed' : connectCode(detail), detail };
  }
  return { ok: true, connection: { socket, agent: agentOf(socket, secure) } };
}

/** True while a request may still be written to it. */
export function isUsable({ socket }: Connection): boolean {
  return !socket.destroyed && socket.readable && socket.writable;
}

/** The system's word for an error (`ECONNRESET`): never its message, which may repeat what was sent. */
export function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : 'unknown';
}

/** An error of the agent: its one connection has gone. Raised before a byte of the request is written. */
export const connectionGone = 'ERR_CONNECTION_GONE';

function agentOf(socket: Socket, secure: boolean): HttpAgent {
  const options = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  let handedOut = false;
  agent.createConnection = (_options, callback) => {
    if (handedOut || socket.destroyed) {
      const gone = Object.assign(new Error('the connection has gone'), { code: connectionGone });
      process.nextTick(() => callback?.(gone, socket));
      return undefined;
    }
    handedOut = true;
    return socket;
  };
  return agent;
}

function connectCode(code: string): Code {
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns_failed';
  return code === 'ECONNREFUSED' ? 'connection_refused' : 'connect_failed';
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/u.test(host) || host.includes(':');
}

/**
 * Connections that wait for their next request. An idle one is dropped after `maxIdleMs`: the other side closes idle
 * connections too, and a write that crosses its close on the way is in doubt for nothing.
 */
export class IdleConnections {
  private readonly idle = new Map<Connection, NodeJS.Timeout>();
  private closed = false;

  constructor(private readonly maxIdleMs: number) {}

  /** The one used last, if any is alive. */
  take(): Connection | undefined {
    for (const connection of [...this.idle.keys()].reverse()) {
      clearTimeout(this.idle.get(connection));
      this.idle.delete(connection);
      if (isUsable(connection)) {
        connection.socket.ref();
        return connection;
      }
      dropConnection(connection);
    }
    return undefined;
  }

  give(connection: Connection): void {
    if (this.closed || !isUsable(connection)) {
      dropConnection(connection);
      return;
    }
    // An idle connection keeps no process alive.
    connection.socket.unref();
    const expire = (): void => {
      this.idle.delete(connection);
      dropConnection(connection);
    };
    this.idle.set(connection, setTimeout(expire, this.maxIdleMs).unref());
  }

  close(): void {
    this.closed = true;
    for (const [connection, timer] of this.idle) {
      clearTimeout(timer);
      dropConnection(connection);
    }
    this.idle.clear();
  }
}

export function dropConnection({ agent, socket }: Connection): void {
  socket.destroy();
  agent.destroy();
}
