import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** Answers it; until then the caller waits. */
  answer(status: number): void;
}

/** Somebody whom amoCRM calls: hands over what arrives, in order, to whoever waits for it. */
export class Receiver {
  readonly received: Received[] = [];
  private waiting: ((received: Received) => void)[] = [];
  private taken = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(): Promise<Receiver> {
    const server = createServer();
    // A caller may reuse a connection at any later time, also on a machine that has stood still.
    server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (req, res) => {
      let body = '';
      req.setEncoding('utf8').on('data', (part: string) => (body += part));
      req.on('end', () =>
        receiver.take({
          method: req.method ?? '',
          url: new URL(req.url ?? '/', receiver.url),
          headers: req.headers,
          body,
          answer: (status) => res.writeHead(status).end(),
        }),
      );
    });
    return receiver;
  }

  /** The next request, which may have to arrive first. */
  async next(): Promise<Received> {
    const here = this.received[this.taken++];
    return here ?? new Promise((resolve) => this.waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(received: Received): void {
    this.received.push(received);
    this.waiting.shift()?.(received);
  }
}
