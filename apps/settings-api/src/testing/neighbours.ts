import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What a neighbour is asked: `GET /internal/v1/…`, and with which key. */
export interface Asked {
  readonly request: string;
  readonly authorization: string | undefined;
}

/** Stands in for another service of ours: answers what the spec says, and remembers what it was asked. */
export class StandIn {
  readonly asked: Asked[] = [];
  private readonly answers = new Map<string, { status: number; body: unknown }>();
  private readonly server: Server = createServer((request, response) => {
    const what = `${request.method ?? ''} ${request.url ?? ''}`;
    this.asked.push({ request: what, authorization: request.headers.authorization });
    const { status, body } = this.answers.get(what.split('?')[0] ?? '') ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @param request `GET /internal/v1/…` without a query */
  answer(request: string, status: number, body?: unknown): void {
    this.answers.set(request, { status, body });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
