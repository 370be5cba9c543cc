import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Doors } from './doors.js';
import { type RenderedDelivery } from './render.js';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let received: Received[];
let answers: number[];
let doors: Doors;

beforeEach(async () => {
  received = [];
  answers = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      response.writeHead(answers.shift() ?? 200).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const settings = {
    callIngestUrl: `http://127.0.0.1:${port}`,
    canonical: { sourceId: 'source-1', secret: 'signing secret' },
    uis: { sourceId: 'source-2', secret: 'path secret' },
    itoolabs: { sourceId: 'source-3', secret: 'shared secret' },
  };
  doors = new Doors(settings, { sendRaw: () => Promise.reject(new Error('Kafka is not asked')) });
});

afterEach(async () => {
  server.close();
  await once(server, 'close');
});

const delivery = (door: RenderedDelivery['door']): RenderedDelivery => ({
  atMs: 0,
  door,
  key: null,
  body: { a: 'я', b: [1, 2] },
});

describe('Doors', () => {
  it('signs the very bytes that it sends, with the hash of the secret', async () => {
    await doors.deliver(delivery('canonical'));
    const [request] = received;
    const key = createHash('sha256').update('signing secret').digest('hex');
    const expected = createHmac('sha256', key)
      .update(`${String(request?.headers['x-timestamp'])}.${request?.body ?? ''}`)
      .digest('hex');
    expect(request).toMatchObject({ method: 'POST', url: '/v1/pbx/source-1/events', body: '{"a":"я","b":[1,2]}' });
    expect(request?.headers['x-signature']).toBe(`sha256=${expected}`);
  });

  it('puts a notification into the body, or into the query', async () => {
    await doors.deliver(delivery('uis-post'));
    await doors.deliver(delivery('uis-get'));
    expect(received).toMatchObject([
      { method: 'POST', url: '/v1/pbx/source-2/uis/path%20secret', body: '{"a":"я","b":[1,2]}' },
      { method: 'GET', url: '/v1/pbx/source-2/uis/path%20secret?a=%D1%8F&b=%5B1%2C2%5D', body: '' },
    ]);
  });

  it('sends a command as a form with the shared secret in it', async () => {
    await doors.deliver(delivery('itoolabs'));
    expect(received).toMatchObject([
      { method: 'POST', url: '/v1/pbx/source-3/itoolabs', body: 'a=%D1%8F&b=%5B1%2C2%5D&crm_token=shared+secret' },
    ]);
  });

  it('sends again what was not taken', async () => {
    answers = [503, 429, 401];
    await doors.deliver(delivery('uis-post'));
    expect(received).toHaveLength(4);
  });

  it('gives up at once when repeating cannot help', async () => {
    answers = [413];
    await expect(doors.deliver(delivery('uis-post'))).rejects.toThrow('answered 413');
    expect(received).toHaveLength(1);
  });
});
