import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  codes,
  createAmocrmClient,
  errorTable,
  othersAfter,
  type AmocrmClient,
  type AmocrmClientOptions,
  type CallOptions,
  type Code,
  type Pacer,
} from './index.js';
import { answer, response, ScriptedPortal, type Step } from './testing/scripted-portal.js';
import { clientSocketsClosed } from './testing/client-sockets.js';
import { throwAwayCertificate, throwAwayKey } from './testing/throw-away-certificate.js';

/** How one code comes about on the wire: what the portal plays, or how it is absent. */
interface Case {
  steps?: Step[];
  /** The portal's address instead of the scripted server's. */
  at?: string;
  /** Serve TLS with a certificate that nobody trusts. */
  tls?: boolean;
  /** Close the server before the request. */
  stopped?: boolean;
  options?: Partial<AmocrmClientOptions>;
  pacer?: (portal: ScriptedPortal) => Pacer;
  call?: (portal: ScriptedPortal) => CallOptions;
  /** Codes that only one of the two can end with. */
  only?: 'read' | 'write';
  /** What to call, where the usual two cannot end so. */
  read?: (client: AmocrmClient, call: CallOptions) => Promise<unknown>;
}

const canaryToken = 'eyJhbGciOiJIUzI1NiJ9.canarytokencanarytokencanarytoken.c2ln';
const canaryPhone = '+79161234567';
const contact = { id: 1, name: 'Иван', account_id: 1, custom_fields_values: null, _embedded: {} };

const problem = (status: number, title: string, detail: string, more: object = {}): Step =>
  answer(status, { title, type: `https://httpstatus.es/${status}`, status, detail, ...more });
const html = (status: number, headers: Record<string, string> = {}): Step =>
  answer(status, `<html><head><title>${status}</title></head><body><center>nginx</center></body></html>`, headers);
const write = (make: (whole: Buffer) => Buffer, headers: Record<string, string> = {}): Step => {
  return (socket) => socket.end(make(response(200, { ...contact, filler: 'x'.repeat(500) }, headers)));
};
const never: Step = () => undefined;
const quick = { timeouts: { connectMs: 300, firstByteMs: 150, totalMs: 300 } };

/** Rows that one answer can play; `missing_in_answer` is about an item of a batch: correlate.spec. */
type PlayedCode = Exclude<Code, 'missing_in_answer'>;

/** A code without an entry does not compile; one without a case fails below. */
const cases: Record<PlayedCode, [string, Case][]> = {
  token_unavailable: [
    [
      'another process renews it',
      { steps: [never], options: { token: () => Promise.resolve({ code: 'token_unavailable', afterMs: 1000 }) } },
    ],
  ],
  aborted_before_send: [
    ['the signal was aborted before', { steps: [never], call: () => ({ signal: AbortSignal.abort() }) }],
  ],
  send_refused: [['the lease was lost while it waited', { steps: [never], call: () => ({ maySend: () => false }) }]],
  dns_failed: [['the name does not resolve', { at: 'http://portal.invalid:1' }]],
  connection_refused: [['nobody listens', { stopped: true }]],
  connect_timeout: [
    // A server that accepts TCP and never shakes hands: nothing outside this machine is needed to time out on it.
    ['TLS is never answered', { steps: [never], at: 'https://127.0.0.1:{port}', options: quick }],
  ],
  connect_failed: [['the network refuses the address', { at: 'http://255.255.255.255:9' }]],
  tls_failed: [['the certificate is not trusted', { tls: true }]],
  connection_gone: (['end', 'reset'] as const).map((how) => [
    `every connection is closed (${how}) while the request waits for its turn`,
    { steps: [never], pacer: (portal) => ({ acquire: () => closeEverything(portal, how) }) },
  ]),
  aborted_after_send: [
    [
      'the caller gives up on a request that is out',
      {
        steps: [never],
        call: (portal) => {
          const abort = new AbortController();
          void portal.received(1).then(() => abort.abort());
          return { signal: abort.signal };
        },
      },
    ],
  ],
  first_byte_timeout: [['no answer begins', { steps: [never], options: quick }]],
  total_timeout: [
    [
      'the answer begins and never ends',
      { steps: [(socket) => socket.write(response(200, contact).subarray(0, -2))], options: quick },
    ],
    [
      'the head never ends',
      {
        steps: [(socket) => socket.write('HTTP/1.1 200 OK\r\n')],
        options: { timeouts: { firstByteMs: 300, totalMs: 150 } },
      },
    ],
  ],
  connection_lost: [
    ['closed without an answer', { steps: [(socket) => socket.destroy()] }],
    ['reset without an answer', { steps: [(socket) => socket.resetAndDestroy()] }],
    ['ended politely without an answer', { steps: [(socket) => socket.end()] }],
    ['closed inside the head', { steps: [(socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')] }],
    ['an answer that is not HTTP', { steps: [(socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n')] }],
  ],
  body_cut: [
    ['closed inside the body', { steps: [write((whole) => whole.subarray(0, -10))] }],
    [
      'reset inside the body',
      { steps: [(socket) => socket.write(response(200, contact).subarray(0, -2), () => socket.resetAndDestroy())] },
    ],
    ['cut inside a gzip body', { steps: [write((whole) => whole.subarray(0, -10), { 'Content-Encoding': 'gzip' })] }],
  ],
  body_broken: [
    ['gzip cut short by the server, complete by its own length', { steps: [cutGzip] }],
    ['gzip that is not gzip', { steps: [(socket) => socket.write(badGzip())] }],
    ['an encoding that was not asked for', { steps: [answer(200, contact, { 'Content-Encoding': 'br' })] }],
  ],
  body_too_large: [
    ['10 MB', { steps: [answer(200, { ...contact, filler: 'x'.repeat(10 * 1024 * 1024) })] }],
    ['10 MB of HTML with a 502', { steps: [answer(502, 'x'.repeat(10 * 1024 * 1024))] }],
    [
      '10 MB once unzipped',
      { steps: [answer(200, { ...contact, filler: 'x'.repeat(10 * 1024 * 1024) }, { 'Content-Encoding': 'gzip' })] },
    ],
  ],
  not_json: [
    ['HTML', { steps: [html(200)] }],
    ['JSON cut in two', { steps: [answer(200, '{"id":1,"na', { 'Content-Type': 'application/hal+json' })] }],
  ],
  answer_changed: [
    ['another object', { steps: [answer(200, { hello: 'world' })] }],
    ['null', { steps: [answer(200, null)] }],
    ['an id that is not a number', { steps: [answer(200, { _embedded: { contacts: [{ id: 'x' }] }, id: 'x' })] }],
    [
      'a list without its _embedded',
      { only: 'read', steps: [answer(200, { _page: 1 })], read: (c, o) => c.findContacts('9161234567', o) },
    ],
  ],
  unexpected_empty: [
    ['200 without a body', { steps: [answer(200)] }],
    ['204 for a write', { only: 'write', steps: [answer(204)] }],
    ['204 for the account', { only: 'read', steps: [answer(204)], read: (c, o) => c.account(o) }],
  ],
  unexpected_status: [
    ['202', { steps: [answer(202, contact)] }],
    ['303', { steps: [answer(303, undefined, { Location: '/elsewhere' })] }],
    ['600', { steps: [answer(600, contact)] }],
  ],
  // Of one item, not of a request: see correlate.spec.ts.
  validation_failed: [
    ['the body of §2.5', { steps: [validation()] }],
    ['the same with 422', { steps: [validation(422)] }],
  ],
  bad_request: [
    ['an empty request', { steps: [problem(400, 'Bad Request', 'Request data can not be empty')] }],
    ['HTML', { steps: [html(400)] }],
  ],
  unprocessable: [['a page over the limit', { steps: [problem(422, 'Unprocessable Entity', 'Limit 250 per page')] }]],
  not_found: [['an unknown pipeline', { steps: [problem(404, 'Not found', 'Pipeline not found')] }]],
  method_not_allowed: [
    ['405', { steps: [problem(405, 'Method Not Allowed', '')] }],
    ['405 HTML', { steps: [html(405)] }],
  ],
  request_refused: [
    ['413', { steps: [html(413)] }],
    ['418', { steps: [answer(418)] }],
    ['431', { steps: [html(431)] }],
  ],
  too_many_results: [
    ['a search that goes on and on', { only: 'read', steps: [endlessPage()], read: (c, o) => c.findContacts('1', o) }],
  ],
  forbidden: [
    ['no rights', { steps: [problem(403, 'Forbidden', 'Forbidden')] }],
    ['no scope', { steps: [problem(403, 'Forbidden', 'Invalid scope')] }],
    ['legacy code 244', { steps: [problem(403, 'Forbidden', '244')] }],
  ],
  rate_limited: [
    ['with a body', { steps: [problem(429, 'Too Many Requests', '', { retry_after: 300 })] }],
    ['HTML', { steps: [html(429)] }],
    ['HTML with Retry-After', { steps: [html(429, { 'Retry-After': '7' })] }],
  ],
  unauthorised: [
    ['the body of §1.7', { steps: [problem(401, 'Unauthorized', 'Invalid user name or password')] }],
    ['code 110', { steps: [problem(401, 'Unauthorized', '110')] }],
    ['HTML', { steps: [html(401)] }],
  ],
  account_not_found: [
    ['401 with code 101', { steps: [problem(401, 'Unauthorized', 'Account not found', { code: 101 })] }],
    [
      '401 with the legacy body',
      { steps: [answer(401, { response: { error: 'Аккаунт не найден', error_code: '101' } })] },
    ],
    ['404 HTML', { steps: [html(404)] }],
  ],
  unpaid: [
    ['the body of §1.7', { steps: [problem(402, 'Payment Required', 'Payment required')] }],
    ['HTML', { steps: [html(402)] }],
  ],
  ip_not_allowed: [
    ['code 113', { steps: [problem(403, 'Forbidden', 'IP', { code: 113 })] }],
    ['113 as detail', { steps: [problem(403, 'Forbidden', '113')] }],
  ],
  blocked: [
    ['bare nginx', { steps: [html(403)] }],
    ['nothing', { steps: [answer(403)] }],
    ['HTML, gzipped', { steps: [html(403, { 'Content-Encoding': 'gzip' })] }],
  ],
  redirected: [301, 302, 307, 308].map((status) => [
    String(status),
    { steps: [answer(status, undefined, { Location: 'https://evil.example/' })] },
  ]),
  request_timeout: [['408', { steps: [html(408)] }]],
  server_error: [
    ['the body of §2.4', { steps: [problem(500, 'Internal Server Error', 'Error', { trace_id: 'x' })] }],
    ['507', { steps: [html(507)] }],
  ],
  bad_gateway: [['HTML', { steps: [html(502)] }]],
  unavailable: [['HTML with Retry-After', { steps: [html(503, { 'Retry-After': '5' })] }]],
  gateway_timeout: [
    ['HTML', { steps: [html(504)] }],
    ['JSON', { steps: [problem(504, 'Gateway Timeout', '')] }],
  ],
};

let portal: ScriptedPortal | undefined;
afterEach(() => portal?.stop());

it('every row is played', () => {
  expect(Object.values(cases).filter((each) => each.length === 0)).toEqual([]);
});

describe.each(codes.filter((code): code is PlayedCode => code !== 'missing_in_answer'))('%s', (code) => {
  const row = errorTable[code];
  for (const [name, one] of cases[code]) {
    for (const access of ['read', 'write'] as const) {
      if (one.only !== undefined && one.only !== access) continue;

      it(`${name}: a ${access} is ${row[access]}`, async () => {
        const { client, call, server } = await arrange(one);
        const read = one.read ?? ((api: AmocrmClient, options: CallOptions) => api.contact(1, options));
        const result = await (access === 'read'
          ? read(client, call)
          : client.createContacts(
              [
                {
                  custom_fields_values: [{ field_code: 'PHONE', values: [{ value: canaryPhone, enum_code: 'WORK' }] }],
                },
              ],
              call,
            ));
        expect(result).toMatchObject({ kind: row[access], reason: code });
        expect(inspect(result, { depth: 9, showHidden: true })).not.toMatch(/canary|9161234567/u);
        client.close();

        // What the table says about the request's effect is what the portal has seen of it.
        const sent = server.requests.length;
        if (row.applied === 'no' && row[access] === 'retry' && code !== 'rate_limited') expect(sent).toBe(0);
        else expect(sent).toBeGreaterThan(0);
      });
    }
  }
});

describe('the table', () => {
  it('lets other requests wait after trouble of amoCRM or of the way to it, and not for a lost answer to one write', () => {
    expect(othersAfter('retry', 'rate_limited')).toBe('wait');
    expect(othersAfter('retry', 'connection_refused')).toBe('wait');
    expect(othersAfter('in_doubt', 'gateway_timeout')).toBe('wait');
    expect(othersAfter('retry', 'first_byte_timeout')).toBe('wait');
    expect(othersAfter('in_doubt', 'first_byte_timeout')).toBe('go_on');
    expect(othersAfter('retry', 'send_refused')).toBe('go_on');
  });

  it('lets only the requests with the same credentials wait where these are the trouble', () => {
    expect(othersAfter('retry', 'token_unavailable')).toBe('wait_for_portal');
  });

  it('stops the others exactly where the portal stops, and lets them go on after a refusal', () => {
    for (const code of codes) {
      const { write, others } = errorTable[code];
      expect({ code, isStop: others === 'stop' }).toEqual({ code, isStop: write === 'stop_portal' });
      if (write === 'rejected') expect({ code, others }).toEqual({ code, others: 'go_on' });
    }
  });

  it('has no read in doubt', () => {
    expect(codes.filter((code) => (errorTable[code].read as string) === 'in_doubt')).toEqual([]);
  });

  it('sends again without a look only what was definitely not applied', () => {
    for (const code of codes) {
      const { write: disposition, applied } = errorTable[code];
      expect({ code, inDoubt: disposition === 'in_doubt' }).toEqual({ code, inDoubt: applied === 'maybe' });
    }
  });
});

async function arrange(one: Case) {
  const tls = one.tls ? { key: throwAwayKey, cert: throwAwayCertificate } : undefined;
  const server = await ScriptedPortal.start(one.steps ?? [answer(200, contact)], tls);
  portal = server;
  const baseUrl = (one.at ?? server.origin).replace('{port}', String(server.port));
  if (one.stopped) await server.stop();
  const client = createAmocrmClient({
    baseUrl,
    extraOrigins: [baseUrl],
    token: () => Promise.resolve(canaryToken),
    ...(one.pacer ? { pacer: one.pacer(server) } : {}),
    ...one.options,
  });
  return { server, client, call: one.call?.(server) ?? {} };
}

async function closeEverything(server: ScriptedPortal, how: 'end' | 'reset'): Promise<void> {
  const closed = clientSocketsClosed();
  server.dropConnections(how);
  await closed;
}

function cutGzip(socket: Parameters<Step>[0]): void {
  const whole = response(200, { ...contact, filler: 'x'.repeat(500) }, { 'Content-Encoding': 'gzip' });
  const bodyAt = whole.indexOf('\r\n\r\n') + 4;
  const body = whole.subarray(bodyAt, -12);
  socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.write(body);
}

function badGzip(): Buffer {
  return Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip');
}

function validation(status = 400): Step {
  return problem(status, 'Bad Request', 'Request validation failed', {
    'validation-errors': [
      {
        request_id: '0',
        errors: [
          {
            code: 'NotSupportedChoice',
            path: 'custom_fields_values.0.field_id',
            detail: `The value ${canaryPhone} you selected is not a valid choice.`,
          },
        ],
      },
    ],
  });
}

function endlessPage(): Step {
  return (socket, request) => {
    const page = Number(new URLSearchParams(request.path.split('?')[1]).get('page'));
    answer(200, {
      _page: page,
      _links: { next: { href: `https://x.amocrm.ru/api/v4/contacts?page=${page + 1}` } },
      _embedded: { contacts: [{ ...contact, id: page }] },
    })(socket, request);
  };
}
