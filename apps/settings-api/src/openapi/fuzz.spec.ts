import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import addFormatsModule from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { controllers } from '../app.module.js';
import { eventTold } from '../journal/journal-call.js';
import { JournalStore } from '../journal/journal-store.js';
import { almostFitting, fitting, junk } from '../testing/arbitrary-of-schema.js';
import { StandIn } from '../testing/neighbours.js';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';
import { event } from '../testing/told-of-a-call.js';
import { examples } from './examples.js';
import { type Operation, operationsOf } from './operations.js';

/** Requests per operation; raise it for a long search: the same seed gives the same requests. */
const requestsEach = Number(process.env['FUZZ_REQUESTS'] ?? 6);
const seed = 20_251_126;

interface Documented {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
  readonly components: object;
}

const addFormats = addFormatsModule.default;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);

const operations = operationsOf(controllers);
const neighbours = new StandIn();
let api: TestApi;
let document: Document;
let mine: Tenant;
let foreign: Tenant;

/** An account with one of everything, whose ids paths can name. */
interface Tenant {
  readonly accountId: string;
  readonly key: string;
  readonly ids: Readonly<Record<string, string>>;
}

beforeAll(async () => {
  const url = await neighbours.start();
  api = await startTestApi({ writerUrl: url, ingestUrl: url, engineUrl: url });
  document = (await (await fetch(`${api.service.url}/api/openapi.json`)).json()) as Document;
  mine = await tenant();
  foreign = await tenant();
});
afterAll(async () => {
  await api.close();
  await neighbours.stop();
});

async function tenant(): Promise<Tenant> {
  const { accountId, key } = await api.newAccount();
  const at = `/accounts/${accountId}`;
  const made = async (path: string, body: unknown): Promise<Record<string, string>> =>
    (await api.request('POST', at + path, { body })).body as Record<string, string>;
  const tellings = eventTold(event('call.ended', 71, { account_id: accountId, outcome: 'answered', talk_sec: 60 }));
  await api.service.app.get(JournalStore).tell(tellings);
  const { portalId } = await made('/portals', { url: 'demo.amocrm.ru', name: `canary ${accountId}` });
  const { sourceId } = await made('/pbx-sources', { kind: 'uis' });
  const { keyId } = await made('/api-keys', { name: 'other' });
  const callId = tellings[0]?.callId;
  const ids = {
    portalId,
    sourceId,
    keyId,
    callId,
    userId: randomUUID(),
    effectId: randomUUID(),
    rejectedId: randomUUID(),
  };
  return { accountId, key, ids: ids as Record<string, string> };
}

interface Shot {
  readonly ids: 'own' | 'unknown' | 'junk';
  readonly query: unknown;
  readonly body: unknown;
}

/** Half of what is sent fits the document, the rest is wrong in one place or in all. */
function shotsAt({ name, query, body }: Operation): Shot[] {
  const sent = (schema: Operation['body']): fc.Arbitrary<unknown> =>
    schema === null ? fc.constant(undefined) : fc.oneof(fitting(schema), fitting(schema), almostFitting(schema), junk);
  const shot = fc.record({
    ids: fc.constantFrom('own', 'own', 'own', 'unknown', 'junk'),
    query: sent(query),
    body: sent(body),
  });
  const first: Shot = { ids: 'own', query: {}, body: examples[name] ?? (body === null ? undefined : {}) };
  return [first, ...fc.sample(shot, { seed, numRuns: requestsEach })];
}

function pathFor({ path, name }: Operation, tenantAsked: Tenant, ids: Shot['ids']): string {
  return path.replace('/api/v1', '').replace(/\{(\w+)\}/g, (_whole, parameter: string) => {
    // Deleting the account would end the shooting at it.
    if (parameter === 'accountId') return name === 'AccountsController.remove' ? randomUUID() : tenantAsked.accountId;
    if (ids === 'junk') return encodeURIComponent('x\u0000’/..');
    return ids === 'unknown' ? randomUUID() : (tenantAsked.ids[parameter] ?? '1');
  });
}

function queryFor(query: unknown): string {
  if (typeof query !== 'object' || query === null) return '';
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return `?${new URLSearchParams(Object.fromEntries(pairs.map(([name, value]) => [name, text(value)]))).toString()}`;
}

const fire = (operation: Operation, shot: Shot, at: Tenant, key: string | undefined): Promise<Answer> =>
  api.request(operation.method.toUpperCase(), pathFor(operation, at, shot.ids) + queryFor(shot.query), {
    ...(key !== undefined && { key }),
    ...(shot.body !== undefined && { body: shot.body }),
  });

function expectDocumented(operation: Operation, { status, text, body, headers }: Answer): void {
  const documented = document.paths[operation.path]?.[operation.method]?.responses[status];
  const what = { operation: operation.name, status, text: text.slice(0, 300) };
  expect({ ...what, isDocumented: documented !== undefined }).toEqual({ ...what, isDocumented: true });
  const [mediaType, content] = Object.entries(documented?.content ?? {})[0] ?? [];
  if (content === undefined || mediaType === undefined) {
    expect({ ...what, body }).toEqual({ ...what, body: undefined });
    return;
  }
  expect(headers.get('content-type')).toContain(mediaType);
  const isValid = ajv.validate({ ...content.schema, components: document.components }, body);
  expect({ ...what, problems: isValid ? [] : ajv.errors }).toEqual({ ...what, problems: [] });
}

describe('the published document', () => {
  it('describes every route that is served, and its viewer is there', async () => {
    expect(Object.values(document.paths).flatMap((path) => Object.keys(path))).toHaveLength(operations.length);
    expect((await fetch(`${api.service.url}/api/docs/`)).status).toBe(200);
  });

  it('has examples that its own schemas take', () => {
    for (const { name, body } of operations) {
      if (body === null || examples[name] === undefined) continue;
      expect({ name, isValid: ajv.validate(body, examples[name]) }).toEqual({ name, isValid: true });
    }
  });
});

describe('an operation', () => {
  const shootable = operations.filter(({ name }) => name !== 'OauthController.finish');

  it.each(shootable)(
    '$name answers whatever it is sent as the document says, and never with a 5xx',
    async (operation) => {
      for (const shot of shotsAt(operation)) expectDocumented(operation, await fire(operation, shot, mine, undefined));
    },
  );
});

describe('another account', () => {
  const inside = operations.filter(({ path }) => path.includes('/{accountId}/'));
  const seenByOwner = async (): Promise<string[]> => {
    const paths =
      '/integration /portals /pbx-sources /employees /mapping /users /audit /calls /journal-retention'.split(' ');
    const answers = paths.map((path) => api.request('GET', `/accounts/${foreign.accountId}${path}`));
    return (await Promise.all(answers)).map((answer) => answer.text);
  };

  it('is neither read nor changed by any request, through its own paths or through those of the caller', async () => {
    const before = await seenByOwner();
    for (const operation of inside) {
      for (const shot of shotsAt(operation).slice(0, 4)) {
        const direct = await fire(operation, shot, foreign, mine.key);
        // 400: what is no JSON is refused before anybody looks whose account it is.
        expect({ operation: operation.name, isRefused: [400, 404].includes(direct.status) }).toEqual({
          operation: operation.name,
          isRefused: true,
        });
        const through = await fire(operation, shot, { ...foreign, accountId: mine.accountId }, mine.key);
        expect(through.text).not.toContain(foreign.accountId);
      }
    }
    expect(await seenByOwner()).toEqual(before);
  });
});
