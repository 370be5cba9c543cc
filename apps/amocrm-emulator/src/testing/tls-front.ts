import { request as httpRequest } from 'node:http';
import { createServer, request as httpsRequest, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';
import { throwAwayCertificate, throwAwayKey } from './throw-away-certificate.js';

/** https in front of the emulator, for a client that takes nothing else. */
export class TlsFront {
  private constructor(
    private readonly server: Server,
    /** Such as `localhost:40123`. */
    readonly host: string,
  ) {}

  static async open(target: string): Promise<TlsFront> {
    const server = createServer({ cert: throwAwayCertificate, key: throwAwayKey }, (req, res) => {
      const { method, headers, url } = req;
      const onward = httpRequest(new URL(url ?? '/', target), { ...(method && { method }), headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      });
      onward.on('error', () => res.destroy());
      req.pipe(onward);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TlsFront(server, `localhost:${(server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const nodesFetch = globalThis.fetch;

/**
 * `fetch` that trusts the throw-away certificate too. Node's own takes further authorities only from the environment that
 * a process starts with.
 */
export const fetchTrustingTheFront: typeof fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  return url.protocol === 'https:' ? fetchOverTls(url, init) : nodesFetch(input, init);
};

function fetchOverTls(url: URL, init: RequestInit = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const body = typeof init.body === 'string' ? init.body : '';
    const headers = new Headers(init.headers);
    // Node's own request says no length for a DELETE.
    if (body !== '') headers.set('Content-Length', String(Buffer.byteLength(body)));
    const options = { ca: throwAwayCertificate, method: init.method ?? 'GET', headers: Object.fromEntries(headers) };
    const req = httpsRequest(url, options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const { statusCode: status = 0, statusMessage: statusText = '', headers } = res;
        const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]);
        resolve(new Response(status === 204 ? null : Buffer.concat(chunks), { status, statusText, headers: pairs }));
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}
