import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';

let api: TestApi;
let at: string;
let key: string;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  const account = await api.newAccount();
  key = account.key;
  at = `/accounts/${account.accountId}/pbx-sources`;
});

const add = (body: object): Promise<Answer> => api.request('POST', at, { key, body });
const hashesOf = (sourceId: unknown): Promise<unknown> =>
  api.database.dataSource.query('select secret_hash as hash from settings.pbx_sources where source_id = $1', [
    sourceId,
  ]);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a PBX source', () => {
  it.each(['canonical', 'uis', 'itoolabs'])('of kind %s shows its secret once; only the hash is kept', async (kind) => {
    const made = await add({ kind });
    const { sourceId, secret } = made.body as { sourceId: string; secret: string };
    expect(made.status).toBe(201);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(await hashesOf(sourceId)).toEqual([{ hash: sha256(secret) }]);
    const list = await api.request('GET', at, { key });
    expect(list.body).toMatchObject({
      items: [
        {
          sourceId,
          kind,
          instance: null,
          timeZone: 'Europe/Moscow',
          settleDelaySec: 20,
          ringLimitSec: 120,
          routeFallback: 'branch',
        },
      ],
      nextCursor: null,
    });
    expect(list.text).not.toContain(secret);
    expect(list.text).not.toContain(sha256(secret));
  });

  it.each([
    ['canonical', (id: string) => ({ events: `https://ingest.example.org/v1/pbx/${id}/events`, route: null })],
    [
      'uis',
      (id: string) => ({
        events: `https://ingest.example.org/v1/pbx/${id}/uis/{secret}`,
        route: `https://route.example.org/v1/route/uis/${id}/{secret}`,
      }),
    ],
    ['itoolabs', (id: string) => ({ events: `https://ingest.example.org/v1/pbx/${id}/itoolabs`, route: null })],
  ])('of kind %s says what to paste into the cabinet of the PBX', async (kind, addresses) => {
    const { sourceId, addresses: said } = (await add({ kind })).body as { sourceId: string; addresses: unknown };
    expect(said).toEqual(addresses(sourceId));
  });

  it('changes what is named and keeps the rest, its secret too', async () => {
    const { sourceId, secret } = (await add({ kind: 'uis', instance: 'second', settleDelaySec: 5 })).body as {
      sourceId: string;
      secret: string;
    };
    const edited = await api.request('PATCH', `${at}/${sourceId}`, { key, body: { timeZone: 'Asia/Omsk' } });
    expect(edited.body).toMatchObject({ instance: 'second', settleDelaySec: 5, timeZone: 'Asia/Omsk' });
    expect(edited.body).not.toHaveProperty('secret');
    expect(await hashesOf(sourceId)).toEqual([{ hash: sha256(secret) }]);
  });

  it('gets a new secret when asked', async () => {
    const { sourceId, secret } = (await add({ kind: 'uis' })).body as { sourceId: string; secret: string };
    const { body } = await api.request('PATCH', `${at}/${sourceId}`, { key, body: { rotateSecret: true } });
    const { secret: renewed } = body as { secret: string };
    expect(renewed).not.toBe(secret);
    expect(await hashesOf(sourceId)).toEqual([{ hash: sha256(renewed) }]);
  });

  it.each([
    [{ kind: 'asterisk' }, 'kind unknown_value'],
    [{ kind: 'uis', timeZone: 'Mars/Olympus' }, 'timeZone unknown_time_zone'],
    [{ kind: 'uis', timeZone: null }, 'timeZone wrong_type'],
    [{ kind: 'uis', settleDelaySec: 601 }, 'settleDelaySec too_large'],
    [{ kind: 'uis', ringLimitSec: 14 }, 'ringLimitSec too_small'],
    [{ kind: 'uis', secret: 'mine' }, 'secret unknown_field'],
  ])('is refused: %j', async (body, problem) => {
    const answer = await add(body);
    const { errors } = answer.body as { errors: { path: string; code: string }[] };
    expect(answer.status).toBe(422);
    expect(errors.map(({ path, code }) => `${path} ${code}`)).toContain(problem);
  });

  it('is gone when deleted', async () => {
    const { sourceId } = (await add({ kind: 'uis' })).body as { sourceId: string };
    expect((await api.request('DELETE', `${at}/${sourceId}`, { key })).status).toBe(204);
    expect((await api.request('DELETE', `${at}/${sourceId}`, { key })).status).toBe(404);
    expect((await api.request('PATCH', `${at}/not-a-uuid`, { key, body: {} })).status).toBe(404);
    expect((await api.request('GET', at, { key })).body).toEqual({ items: [], nextCursor: null });
  });
});

describe('asking the vendor for lost calls', () => {
  const url = 'https://dataapi.uiscom.ru/v2.0';

  it('keeps the token sealed and never reads it back', async () => {
    const { accountId, key } = await api.newAccount();
    const at = `/accounts/${accountId}/pbx-sources`;
    const body = { kind: 'uis', pull: { enabled: true, url, token: 'canary-vendor-token' } };
    const made = await api.request('POST', at, { key, body });
    const origin = 'https://dataapi.uiscom.ru';
    expect(made.body).toMatchObject({ pull: { enabled: true, url: origin } });
    const { sourceId } = made.body as { sourceId: string };
    const off = { pull: { enabled: false, url }, fieldMap: { call_session_id: 'session' } };
    const changed = await api.request('PATCH', `${at}/${sourceId}`, { key, body: off });
    expect(changed.body).toMatchObject({ pull: { enabled: false, url: origin }, fieldMap: off.fieldMap });
    const rows: unknown = await api.database.dataSource.query('select pull from settings.pbx_sources');
    for (const text of [made.text, changed.text, JSON.stringify(rows), api.log.join('\n')]) {
      expect(text).not.toContain('canary-vendor-token');
    }
    const gone = await api.request('PATCH', `${at}/${sourceId}`, { key, body: { pull: null } });
    expect(gone.body).toMatchObject({ pull: null, fieldMap: off.fieldMap });
  });

  it.each([
    [{ pull: { enabled: true, url: 'http://dataapi.uiscom.ru', token: 't' } }, 'pull.url'],
    [{ pull: { enabled: true, url: 'https://user:pass@dataapi.uiscom.ru', token: 't' } }, 'pull.url'],
    [{ pull: { enabled: true, url } }, 'pull.token'],
    [{ fieldMap: { a: 1 } }, 'fieldMap'],
  ])('is refused %j', async (fields, path) => {
    const { accountId, key } = await api.newAccount();
    const body = { kind: 'uis', ...fields };
    const answer = await api.request('POST', `/accounts/${accountId}/pbx-sources`, { key, body });
    expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ path }] }]);
  });
});
