import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';

/** One request as it came over the wire. */
export interface ReceivedRequest {
  method: string;
  path: string;
  headers: Map<string, string>;
  body: string;
  /** Counts connections from 1. */
  connection: number;
}

/** What the portal does with the next request; it has the bare socket, so it can do anything a network can. */
export type Step = (socket: Socket, request: ReceivedRequest) => void;

/**
 * A server that plays recorded answers, one per request, and keeps what it received. The last step repeats. It speaks
 * HTTP by hand, so that answers can be late, cut, reset or nonsense.
 */
export class ScriptedPortal {
  readonly requests: ReceivedRequest[] = [];
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    private readonly steps: Step[],
    private readonly scheme: 'http' | 'https',
  ) {}

  static async start(steps: Step[], tls?: { key: string; cert: string }): Promise<ScriptedPortal> {
    const server = tls ? createTlsServer(tls) : createServer();
    const portal = new ScriptedPortal(server, [...steps], tls ? 'https' : 'http');
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => portal.accept(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return portal;
  }

  get port(): number {
    const address = this.server.address() as AddressInfo;
    return address.port;
  }

  get origin(): string {
    return `${this.scheme}://${this.scheme === 'https' ? 'localhost' : '127.0.0.1'}:${this.port}`;
  }

  /** Resolves once that many requests have come in. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  /** Closes every connection that is open now, as a server does with idle ones. */
  dropConnections(how: 'end' | 'reset' = 'end'): void {
    for (const socket of this.sockets) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  async stop(): Promise<void> {
    this.dropConnections();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(socket: Socket): void {
    const connection = (this.connections += 1);
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (let parsed = parse(received); parsed; parsed = parse(received)) {
        received = received.subarray(parsed.length);
        const request = { ...parsed.request, connection };
        this.requests.push(request);
        const step = this.steps.length > 1 ? this.steps.shift() : this.steps[0];
        step?.(socket, request);
        for (const resolve of this.waiting) resolve();
        this.waiting.clear();
      }
    });
  }
}

/** Answers with JSON (an object), or with text as it is. */
export function answer(status: number, body?: unknown, headers: Record<string, string> = {}): Step {
  return (socket) => void socket.write(response(status, body, headers));
}

/** What {@link answer} writes, for steps that damage it. */
export function response(status: number, body?: unknown, headers: Record<string, string> = {}): Buffer {
  const type = typeof body === 'string' ? 'text/html' : 'application/hal+json';
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const payload = headers['Content-Encoding'] === 'gzip' ? gzipSync(text) : Buffer.from(text);
  const all: Record<string, string> = {
    'X-Request-Id': 'req-1',
    ...(status === 204 ? {} : { 'Content-Type': type, 'Content-Length': String(payload.length) }),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Any\r\n${head.join('')}\r\n`), payload]);
}

function parse(received: Buffer): { request: Omit<ReceivedRequest, 'connection'>; length: number } | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [requestLine = '', ...lines] = received.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const length = headEnd + 4 + Number(headers.get('content-length') ?? 0);
  if (received.length < length) return undefined;
  const [method = '', path = ''] = requestLine.split(' ');
  const body = received.subarray(headEnd + 4, length).toString('utf8');
  return { request: { method, path: decodeURIComponent(path), headers, body }, length };
}
