import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Express } from 'express';
import { eventTold } from '../journal/journal-call.js';
import { JournalStore } from '../journal/journal-store.js';
import { StandIn } from '../testing/neighbours.js';
import { bootstrapApiKey, newUser, startTestApi, type TestApi } from '../testing/settings-api.js';
import { event } from '../testing/told-of-a-call.js';

/** The writer and ingest, who know nothing of whatever they are asked. */
const neighbours = new StandIn();
let api: TestApi;
let mine: { accountId: string; key: string };
let foreign: { accountId: string; key: string };
let ids: { portalId: string; sourceId: string; keyId: string; userId: string; callId: string };

beforeAll(async () => {
  const url = await neighbours.start();
  api = await startTestApi({ writerUrl: url, ingestUrl: url, engineUrl: url });
  mine = await api.newAccount();
  foreign = await api.newAccount();
  const at = `/accounts/${foreign.accountId}`;
  const portal = await api.request('POST', `${at}/portals`, { body: { url: 'foreign.amocrm.ru' } });
  const source = await api.request('POST', `${at}/pbx-sources`, { body: { kind: 'uis' } });
  const key = await api.request('POST', `${at}/api-keys`, { body: { name: 'other' } });
  const user = await api.request('POST', `${at}/users`, { body: newUser('viewer') });
  ids = {
    ...(user.body as { userId: string }),
    callId: await aCallOf(foreign.accountId),
    ...(portal.body as { portalId: string }),
    ...(source.body as { sourceId: string }),
    ...(key.body as { keyId: string }),
  };
});
afterAll(async () => {
  await api.close();
  await neighbours.stop();
});

async function aCallOf(accountId: string): Promise<string> {
  const tellings = eventTold(event('call.started', 0, { account_id: accountId }));
  await api.service.app.get(JournalStore).tell(tellings);
  return tellings[0]?.callId ?? '';
}

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route of the API as Express has it, so that a new one is in the matrix without being written down here. */
function routes(): Route[] {
  const express: Express = api.service.app.getHttpAdapter().getInstance();
  return express.router.stack.flatMap((layer) => {
    const path = layer.route?.path;
    if (path === undefined || !path.startsWith('/api/v1')) return [];
    const methods = [...new Set(layer.route?.stack.map((each) => each.method.toUpperCase()))];
    return methods.map((method) => ({ method, path: path.slice('/api/v1'.length) }));
  });
}

const pathOf = (route: Route, accountId: string): string =>
  route.path
    .replace(':accountId', accountId)
    .replace(':portalId', ids.portalId)
    .replace(':sourceId', ids.sourceId)
    .replace(':keyId', ids.keyId)
    .replace(':userId', ids.userId)
    .replace(':callId', ids.callId)
    .replace(/:(effectId|rejectedId)/, ids.callId)
    .replace(':revision', '9007199254740991');
const isPublic = ({ method, path }: Route): boolean =>
  (method === 'POST' && path === '/session') || path === '/oauth/amocrm/callback';
const bodyFor = (route: Route): { body?: unknown } =>
  ['POST', 'PUT', 'PATCH'].includes(route.method) ? { body: {} } : {};

/** A dry run writes nothing, though it is asked by POST. */
const isReading = ({ method, path }: Route): boolean => method === 'GET' || path.endsWith('/dry-run');
const isAdministration = ({ method, path }: Route): boolean =>
  /\/(api-keys|users)(\/|$)/.test(path) || (method === 'PUT' && path.endsWith('/journal-retention'));

describe('the routes', () => {
  it('are all in the matrix', () => {
    expect(routes().length).toBeGreaterThanOrEqual(57);
    expect(routes()).toContainEqual({ method: 'PUT', path: '/accounts/:accountId/portals/:portalId/credentials' });
  });

  it.each([
    ['no key', {}],
    ['an unknown key', { authorization: 'Bearer pz_unknown' }],
    ['a key in another scheme', { authorization: `Basic ${bootstrapApiKey}` }],
    ['a key with something behind it', { authorization: `Bearer ${bootstrapApiKey} x` }],
  ])('are closed to %s', async (_what, headers) => {
    for (const route of routes().filter((each) => !isPublic(each))) {
      const answer = await api.request(route.method, pathOf(route, mine.accountId), {
        key: null,
        headers,
        ...bodyFor(route),
      });
      expect({ route, status: answer.status }).toEqual({ route, status: 401 });
      expect(answer.body).toMatchObject({ code: 'unauthorized', errors: [] });
    }
  });

  it('answer for a foreign account exactly as for one that does not exist', async () => {
    for (const route of routes().filter((each) => each.path.includes('/:accountId/'))) {
      const options = { key: mine.key, ...bodyFor(route) };
      const answer = await api.request(route.method, pathOf(route, foreign.accountId), options);
      const absent = await api.request(route.method, pathOf(route, randomUUID()), options);
      expect({ route, status: answer.status, text: answer.text }).toEqual({ route, status: 404, text: absent.text });
    }
  });

  it('do not reach foreign things through the own account', async () => {
    for (const route of routes().filter((each) => /:accountId\/.*:/.test(each.path))) {
      const body = route.path.endsWith('credentials') ? { longLivedToken: 'a-token' } : {};
      const answer = await api.request(route.method, pathOf(route, mine.accountId), {
        key: mine.key,
        ...(bodyFor(route).body !== undefined && { body }),
      });
      expect({ route, status: answer.status }).toEqual({ route, status: 404 });
    }
    const portal = await api.request('GET', `/accounts/${foreign.accountId}/portals/${ids.portalId}`);
    expect(portal.body).toMatchObject({ hasCredentials: false });
  });

  it('of accounts themselves and of platform admins are for platform admins only', async () => {
    for (const route of routes().filter((each) => /^\/(accounts(\/:accountId)?|platform-admins.*)$/.test(each.path))) {
      for (const accountId of [mine.accountId, foreign.accountId, randomUUID()]) {
        const answer = await api.request(route.method, pathOf(route, accountId), { key: mine.key, ...bodyFor(route) });
        expect({ route, status: answer.status }).toEqual({ route, status: 403 });
      }
    }
  });

  it.each([
    ['viewer', (route: Route) => !isReading(route) || isAdministration(route)],
    ['operator', isAdministration],
    ['account_admin', () => false],
  ] as const)('of an account refuse a %s what the role may not do, and nothing else', async (role, mayNot) => {
    const at = `/accounts/${mine.accountId}/api-keys`;
    const { body } = await api.request('POST', at, { key: mine.key, body: { name: role, role } });
    const { key } = body as { key: string };
    for (const route of routes().filter((each) => each.path.includes('/:accountId/'))) {
      const { status } = await api.request(route.method, pathOf(route, mine.accountId), { key, ...bodyFor(route) });
      expect({ route, refused: status === 403 }).toEqual({ route, refused: mayNot(route) });
      const foreignAnswer = await api.request(route.method, pathOf(route, foreign.accountId), {
        key,
        ...bodyFor(route),
      });
      expect({ route, status: foreignAnswer.status }).toEqual({ route, status: 404 });
    }
  });

  it('choose of a foreign portal is refused as of one that is not there', async () => {
    const at = `/accounts/${mine.accountId}/integration`;
    const body = (portalId: string): object => ({ active: false, portalId });
    const answer = await api.request('PUT', at, { key: mine.key, body: body(ids.portalId) });
    const absent = await api.request('PUT', at, { key: mine.key, body: body(randomUUID()) });
    expect(answer.status).toBe(422);
    expect(answer.text).toBe(absent.text);
  });
});

describe('API keys', () => {
  it('are shown once, listed without the key, and end when removed', async () => {
    const { accountId, key } = await api.newAccount();
    const at = `/accounts/${accountId}/api-keys`;
    const made = await api.request('POST', at, { key, body: { name: 'script' } });
    const { keyId, key: second } = made.body as { keyId: string; key: string };
    expect((await api.request('GET', at, { key: second })).status).toBe(200);
    const list = await api.request('GET', at, { key });
    expect(list.body).toMatchObject({ items: [{ name: 'spec' }, { keyId, name: 'script', role: 'account_admin' }] });
    expect(list.text).not.toContain(second);
    expect((await api.request('DELETE', `${at}/${keyId}`, { key })).status).toBe(204);
    expect((await api.request('GET', at, { key: second })).status).toBe(401);
  });

  it('are stored as hashes', async () => {
    const rows: unknown = await api.database.dataSource.query('select * from settings.api_keys');
    expect(JSON.stringify(rows)).not.toContain(mine.key);
  });

  it('end with their account', async () => {
    const { accountId, key } = await api.newAccount();
    await api.request('DELETE', `/accounts/${accountId}`);
    expect((await api.request('GET', `/accounts/${accountId}/portals`, { key })).status).toBe(401);
    await api.request('POST', '/accounts', { body: { accountId, name: 'Again' } });
    expect((await api.request('GET', `/accounts/${accountId}/portals`, { key })).status).toBe(401);
  });
});
