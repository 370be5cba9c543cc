import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A PBX vendor's API: answers each request as the spec says. */
export interface VendorStandIn {
  readonly url: string;
  readonly requests: readonly VendorRequest[];
  /** Status and JSON of the next answers. */
  answer: (request: VendorRequest) => { readonly status?: number; readonly body: unknown };
  stop(): Promise<void>;
}

export async function startVendorStandIn(): Promise<VendorStandIn> {
  const requests: VendorRequest[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://vendor');
      const asked: VendorRequest = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text === '' ? null : JSON.parse(text),
      };
      requests.push(asked);
      const { status = 200, body } = standIn.answer(asked);
      const isRedirect = status >= 300 && status < 400;
      response.writeHead(status, isRedirect ? { location: '/elsewhere' } : { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const standIn: VendorStandIn = {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: () => ({ body: [] }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}
