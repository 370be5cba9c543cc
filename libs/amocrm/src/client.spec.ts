import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createAmocrmClient,
  type AmocrmClient,
  type AmocrmClientOptions,
  type RequestEnd,
  type RequestStart,
} from './index.js';
import { answer, ScriptedPortal, type Step } from './testing/scripted-portal.js';
import { clientSocketsClosed } from './testing/client-sockets.js';
import { throwAwayCertificate, throwAwayKey } from './testing/throw-away-certificate.js';
import { Transport } from './transport.js';

const started: { portal: ScriptedPortal; client: AmocrmClient | undefined }[] = [];
afterEach(async () => {
  for (const { portal, client } of started.splice(0)) {
    client?.close();
    await portal.stop();
  }
});

const created: Step = answer(200, { _embedded: { contacts: [{ id: 1, request_id: '0' }] } });

async function against(steps: Step[], options: Partial<AmocrmClientOptions> = {}) {
  const portal = await ScriptedPortal.start(steps);
  const client = createAmocrmClient({
    baseUrl: portal.origin,
    extraOrigins: [portal.origin],
    token: () => Promise.resolve('canary-token'),
    ...options,
  });
  started.push({ portal, client });
  return { portal, client };
}

describe('a connection', () => {
  it('is used again for the next request', async () => {
    const { portal, client } = await against([created]);
    for (let i = 0; i < 5; i += 1) await client.createContacts([{}]);
    expect([portal.requests.length, portal.connections]).toEqual([5, 1]);
  });

  it('is not used again after anything went wrong on it', async () => {
    const slow: Step = (socket, request) => {
      setTimeout(() => answer(200, { _embedded: { contacts: [{ id: 666, request_id: '0' }] } })(socket, request), 60);
    };
    const { portal, client } = await against([slow, created], { timeouts: { firstByteMs: 30 } });
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'in_doubt', reason: 'first_byte_timeout' });
    // The late answer of the first must not be taken for the second's (F2).
    expect(await client.createContacts([{}])).toMatchObject({ value: [{ value: { id: 1 } }] });
    expect(portal.connections).toBe(2);
  });

  it('that the server closed while idle is replaced, and the write is not in doubt', async () => {
    const { portal, client } = await against([
      (socket, request) => {
        created(socket, request);
        socket.end();
      },
      created,
    ]);
    await client.createContacts([{}]);
    await clientSocketsClosed();
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'done' });
    expect(portal.connections).toBe(2);
  });

  it('is given up when it has been idle for long', async () => {
    const { portal, client } = await against([created], { maxIdleMs: 5 });
    await client.createContacts([{}]);
    await clientSocketsClosed();
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'done' });
    expect(portal.connections).toBe(2);
  });

  it('carries many requests without gathering listeners', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const { client } = await against([created]);
    for (let i = 0; i < 40; i += 1) await client.createContacts([{}]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('is left to each of several requests at a time', async () => {
    const held: (() => void)[] = [];
    const { portal, client } = await against([(socket, request) => void held.push(() => created(socket, request))]);
    const both = [client.createContacts([{}]), client.createContacts([{}])];
    await portal.received(2);
    for (const release of held) release();
    expect(await Promise.all(both)).toMatchObject([{ kind: 'done' }, { kind: 'done' }]);
    expect(portal.connections).toBe(2);
  });

  it('speaks TLS, and checks the certificate against the name', async () => {
    const portal = await ScriptedPortal.start([answer(200, { id: 1 })], {
      key: throwAwayKey,
      cert: throwAwayCertificate,
    });
    started.push({ portal, client: undefined });
    const timeouts = { connectMs: 5000, firstByteMs: 5000, totalMs: 5000 };
    const options = { timeouts, maxBodyBytes: 1000, maxIdleMs: 4000, ca: throwAwayCertificate };

    const trusted = new Transport({ ...options, origin: portal.origin });
    for (let i = 0; i < 2; i += 1) {
      const attempt = await trusted.connect();
      if (!attempt.ok) throw new Error(attempt.code);
      const outcome = await attempt.connection.send({ method: 'GET', path: '/', headers: {} });
      expect(outcome).toMatchObject({ ok: true, answer: { status: 200, body: '{"id":1}' } });
    }
    expect(portal.connections).toBe(1);
    trusted.close();

    const otherName = new Transport({ ...options, origin: portal.origin.replace('localhost', '127.0.0.1') });
    expect(await otherName.connect()).toMatchObject({ ok: false, code: 'tls_failed' });
    expect(portal.requests).toHaveLength(2);
  });
});

describe('the right to send', () => {
  it('is asked for after every wait, in the tick of the write', async () => {
    const log: string[] = [];
    const { client } = await against([(socket, request) => (log.push('received'), created(socket, request))], {
      token: () => Promise.resolve(String(log.push('token'))),
      pacer: { acquire: () => Promise.resolve(void log.push('turn')) },
    });
    const maySend = (): boolean => log.push('maySend') > 0;
    await client.createContacts([{}], { maySend });
    expect(log).toEqual(['token', 'turn', 'maySend', 'received']);
  });

  it('lost while waiting for a turn means nothing was sent', async () => {
    let lease = true;
    const { portal, client } = await against([created], {
      pacer: { acquire: () => Promise.resolve(void (lease = false)) },
    });
    expect(await client.createContacts([{}], { maySend: () => lease })).toEqual({
      kind: 'retry',
      reason: 'send_refused',
      detail: 'send_refused',
    });
    expect(portal.requests).toHaveLength(0);
  });
});

describe('a turn', () => {
  it('is waited for once per request, after the connection stands', async () => {
    let turns = 0;
    const { portal, client } = await against([created], {
      pacer: { acquire: () => Promise.resolve(void (turns += portal.connections > 0 ? 1 : 100)) },
    });
    await client.createContacts([{}]);
    await client.createContacts([{}]);
    expect(turns).toBe(2);
  });

  it('ends with the request: answered, lost without an answer, or never sent', async () => {
    const ends: string[] = [];
    const pacer = { acquire: () => Promise.resolve(), ended: (end: string) => void ends.push(end) };
    const { client } = await against([created, (socket) => socket.destroy(), created], { pacer });
    await client.createContacts([{}]);
    await client.createContacts([{}]);
    await client.createContacts([{}], { maySend: () => false });
    expect(ends).toEqual(['answered', 'lost', 'unsent']);
  });

  it('is not spent on a host that cannot be reached', async () => {
    let turns = 0;
    const { portal, client } = await against([created], {
      pacer: { acquire: () => Promise.resolve(void (turns += 1)) },
    });
    await portal.stop();
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'retry', reason: 'connection_refused' });
    expect(turns).toBe(0);
  });

  it('that never comes ends with the signal, nothing sent, and leaves the connection for the next', async () => {
    const abort = new AbortController();
    let free = false;
    const { portal, client } = await against([created], {
      pacer: {
        acquire: (signal) =>
          free
            ? Promise.resolve()
            : new Promise((_resolve, reject) => {
                signal?.addEventListener('abort', () => reject(new Error('aborted')));
                queueMicrotask(() => abort.abort());
              }),
      },
    });
    expect(await client.createContacts([{}], { signal: abort.signal })).toMatchObject({
      kind: 'retry',
      reason: 'aborted_before_send',
    });
    expect(portal.requests).toHaveLength(0);
    free = true;
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'done' });
    expect(portal.connections).toBe(1);
  });

  it.each([
    ['as amoCRM says', { retry_after: 300 }, {}, 300_000],
    ['as the header says', {}, { 'Retry-After': '7' }, 7_000],
    ['for a second when nobody says', {}, {}, 1_000],
  ])('comes later after a 429: %s', async (_what, body, headers, slowedMs) => {
    const slowed: number[] = [];
    const { client } = await against([answer(429, { status: 429, ...body }, headers)], {
      pacer: { acquire: () => Promise.resolve(), slowDown: (ms) => void slowed.push(ms) },
    });
    const result = await client.createContacts([{}]);
    expect(slowed).toEqual([slowedMs]);
    expect(result).toMatchObject({ kind: 'retry', reason: 'rate_limited' });
    if (slowedMs > 1000) expect(result).toMatchObject({ afterMs: slowedMs });
    else expect(result).not.toHaveProperty('afterMs');
  });
});

describe('a refused token (401)', () => {
  const refusal = answer(401, { title: 'Unauthorized', status: 401, detail: 'Invalid user name or password' });

  it('is replaced once, and the request repeated with the new one', async () => {
    const asked: (string | undefined)[] = [];
    const { portal, client } = await against([refusal, created], {
      token: (refused) => {
        asked.push(refused);
        return Promise.resolve(refused === undefined ? 'old' : 'new');
      },
    });
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'done' });
    expect(asked).toEqual([undefined, 'old']);
    expect(portal.requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer old', 'Bearer new']);
  });

  it('that cannot be replaced is not sent again', async () => {
    const { portal, client } = await against([refusal]);
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'stop_portal', reason: 'unauthorised' });
    expect(portal.requests).toHaveLength(1);
  });

  it('is not replaced twice for one request', async () => {
    let made = 0;
    const { portal, client } = await against([refusal], { token: () => Promise.resolve(`token-${(made += 1)}`) });
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'stop_portal', reason: 'unauthorised' });
    expect(portal.requests).toHaveLength(2);
  });
});

describe('the caller', () => {
  it('gets its own failure back when the token cannot be had, and nothing was sent', async () => {
    const { portal, client } = await against([created], { token: () => Promise.reject(new Error('database away')) });
    await expect(client.createContacts([{}])).rejects.toThrow('database away');
    expect(portal.connections).toBe(0);
  });

  it('sees each request once, by its route, without ids, and its end', async () => {
    const seen: { start: RequestStart; end: RequestEnd }[] = [];
    const { client } = await against([answer(204), created, answer(502, 'nginx')], {
      onRequest: (start) => (end) => void seen.push({ start, end }),
    });
    await client.contact(79161234567);
    await client.createContacts([{}]);
    await client.createContacts([{}, {}]);
    expect(seen).toMatchObject([
      { start: { method: 'GET', route: '/api/v4/contacts/{id}', items: 0 }, end: { outcome: 'done', status: 204 } },
      { start: { method: 'POST', route: '/api/v4/contacts', items: 1 }, end: { outcome: 'done', requestId: 'req-1' } },
      { start: { items: 2 }, end: { outcome: 'bad_gateway', status: 502 } },
    ]);
    expect(JSON.stringify(seen)).not.toMatch(/9161234567|canary/u);
  });

  it('cannot make a client for a host outside the vendor’s domains', () => {
    const token = (): Promise<string> => Promise.resolve('t');
    expect(() => createAmocrmClient({ baseUrl: 'https://evil.example', token })).toThrow('host');
    expect(createAmocrmClient({ baseUrl: 'Demo.amocrm.ru/leads', token }).origin).toBe('https://demo.amocrm.ru');
  });

  it('never meets another host through a redirect', async () => {
    const elsewhere = await against([created]);
    const { client } = await against([
      answer(307, undefined, { Location: `${elsewhere.portal.origin}/api/v4/contacts` }),
    ]);
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'stop_portal', reason: 'redirected' });
    expect(elsewhere.portal.connections).toBe(0);
  });
});
