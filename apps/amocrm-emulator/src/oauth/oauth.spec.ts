import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Caller, type Reply } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';
import { Receiver } from '../testing/receiver.js';

const CLIENT = { client_id: 'client-1', client_secret: 'secret-1', redirect_uri: 'https://app.example/callback' };

interface Pair {
  token_type: string;
  expires_in: number;
  server_time: number;
  access_token: string;
  refresh_token: string;
}

let open: OpenEmulator;
beforeAll(async () => {
  const { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri } = CLIENT;
  open = await openEmulator({ portals: 2, integrations: [{ clientId, clientSecret, redirectUri, name: 'Телефония' }] });
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const consent = (parameters: Record<string, string>) => {
  const query = new URLSearchParams({ client_id: 'client-1', state: 's-1', ...parameters }).toString();
  return fetch(`${open.emulator.url}/oauth?${query}`, { redirect: 'manual' });
};
const allow = async (more: Record<string, string> = {}) => {
  const reply = await consent({ decision: 'allow', portal: 'demo', user: '101', ...more });
  return new URL(reply.headers.get('location') ?? '').searchParams;
};
const newCode = async () => (await allow()).get('code') ?? '';
const exchange = (more: Record<string, unknown>) => open.amo.post('/oauth2/access_token', { ...CLIENT, ...more });
const byCode = (code: string, more: Record<string, unknown> = {}) =>
  exchange({ grant_type: 'authorization_code', code, ...more });
const refresh = (refresh_token: string) => exchange({ grant_type: 'refresh_token', refresh_token });
const newPair = async () => (await byCode(await newCode())).json<Pair>();
const statusWith = async (token: string) => (await open.amo.as(token).get('/api/v4/account')).status;
const hintOf = (reply: Reply) => [reply.status, reply.json<{ hint: string }>().hint];

describe('§1.2 consent in the browser', () => {
  it('asks which account and which of its active users, and sends the code with the account address back', async () => {
    const page = await (await consent({})).text();
    for (const text of ['Телефония', 'Демо-портал', 'Демо-портал 2', 'Анна Смирнова — администратор']) {
      expect(page).toContain(text);
    }
    expect(page).not.toContain('Олег Соколов');
    const parameters = await allow();
    expect(Object.fromEntries(parameters)).toEqual({
      code: expect.any(String),
      referer: new URL(open.emulator.url).host,
      platform: '1',
      client_id: 'client-1',
      state: 's-1',
    });
  });

  it('says access_denied when it is refused, and knows no other integration', async () => {
    const refused = new URL((await consent({ decision: 'refuse' })).headers.get('location') ?? '');
    expect(refused.searchParams.get('error')).toBe('access_denied');
    expect((await consent({ client_id: 'stranger' })).status).toBe(404);
  });

  it('posts a message to the window that opened it with mode=post_message', async () => {
    const reply = await consent({ mode: 'post_message', decision: 'allow', portal: 'demo-2', user: '1000101' });
    expect([reply.status, await reply.text()]).toEqual([200, expect.stringContaining('"https://app.example"')]);
  });

  it('brings the code itself when it is installed from inside the account', async () => {
    const receiver = await Receiver.open();
    const redirectUri = `${receiver.url}/callback`;
    await open.amo.post('/_emulator/oauth/integrations', { clientId: 'client-2', clientSecret: 's2', redirectUri });
    await open.amo.post('/_emulator/oauth/install', { clientId: 'client-2' });
    const call = await receiver.next();
    call.answer(200);
    const code = call.url.searchParams.get('code') ?? '';
    const own = { client_id: 'client-2', client_secret: 's2', redirect_uri: redirectUri };
    expect([call.method, (await byCode(code, own)).status]).toEqual(['GET', 200]);
    await receiver.close();
  });
});

describe('§1.3 token endpoint', () => {
  it('gives a pair for a code, with the server time and claims that tell account, user, client and scopes', async () => {
    const pair = await newPair();
    expect(pair).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 });
    expect(pair.server_time).toBe(Math.floor(open.clock.nowMs() / 1000));
    const [, payload = ''] = pair.access_token.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      aud: 'client-1',
      sub: '101',
      account_id: 30_000_001,
      scopes: ['crm', 'files', 'files_delete', 'notifications'],
      exp: pair.server_time + 86_400,
      api_domain: new URL(open.emulator.url).host,
    });
    expect(await statusWith(pair.access_token)).toBe(200);
  });

  it('takes a code once, for 20 minutes, from its own integration and with the registered redirect_uri', async () => {
    const code = await newCode();
    expect(hintOf(await byCode(code, { redirect_uri: 'https://app.example/callback/' }))).toEqual([
      400,
      'Check the `redirect_uri` parameter',
    ]);
    expect((await byCode(code)).status).toBe(200);
    expect(hintOf(await byCode(code))).toEqual([400, 'Authorization code has been revoked']);
    const late = await newCode();
    open.clock.advance(20 * 60_000);
    expect(hintOf(await byCode(late))).toEqual([400, 'Authorization code has expired']);
    expect((await byCode('made-up')).status).toBe(400);
    expect((await exchange({ grant_type: 'password' })).status).toBe(400);
    expect((await byCode(await newCode(), { client_secret: 'wrong' })).status).toBe(401);
  });

  it('rotates: a refresh gives a new pair and kills the old one; a reused refresh token answers 401', async () => {
    const first = await newPair();
    const second = (await refresh(first.refresh_token)).json<Pair>();
    expect([await statusWith(first.access_token), await statusWith(second.access_token)]).toEqual([401, 200]);
    open.clock.advance(10_000);
    const reused = await refresh(first.refresh_token);
    expect(reused.json()).toEqual({
      hint: 'Token has been revoked',
      title: 'Некорректный запрос',
      type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
      status: 401,
      detail: expect.any(String),
    });
    expect((await refresh(second.refresh_token)).status).toBe(200);
  });

  it('§12.1 rotation: leaves the old access token alive by switch', async () => {
    open.emulator.control.portal().settings.tokenRotation = 'refresh_only';
    const first = await newPair();
    await refresh(first.refresh_token);
    expect(await statusWith(first.access_token)).toBe(200);
  });

  it('§12.1 refresh race: the first wins and the second gets 400; by switch both end without a token', async () => {
    const first = await newPair();
    const race = async ({ refresh_token }: Pair) => [await refresh(refresh_token), await refresh(refresh_token)];
    const [winner, loser] = await race(first);
    expect([winner?.status, loser?.status]).toEqual([200, 400]);
    expect(await statusWith(winner?.json<Pair>().access_token ?? '')).toBe(200);

    open.emulator.control.portal().settings.refreshRace = 'both_revoked';
    const [early, late] = await race(await newPair());
    expect([early?.status, late?.status]).toEqual([200, 401]);
    const lost = early?.json<Pair>();
    expect(await statusWith(lost?.access_token ?? '')).toBe(401);
    expect((await refresh(lost?.refresh_token ?? '')).status).toBe(401);
  });

  it('F20 the answer to a refresh is lost: the old pair is dead and nobody has the new one', async () => {
    const pair = await newPair();
    open.emulator.control.faults.add({ kind: 'lose_answer_after_commit', path: '/oauth2/access_token' });
    await expect(refresh(pair.refresh_token)).rejects.toThrow();
    expect(await statusWith(pair.access_token)).toBe(401);
    open.clock.advance(60_000);
    expect((await refresh(pair.refresh_token)).status).toBe(401);
  });

  it('lets an access token live a day and a refresh token three months', async () => {
    const pair = await newPair();
    open.clock.advance(86_400_000);
    expect(await statusWith(pair.access_token)).toBe(401);
    const next = (await refresh(pair.refresh_token)).json<Pair>();
    open.clock.advance(90 * 86_400_000);
    expect(hintOf(await refresh(next.refresh_token))).toEqual([401, 'Token has expired']);
  });

  it('answers the block page of a blocked account', async () => {
    const code = await newCode();
    await open.amo.post('/_emulator/block', {});
    const reply = await byCode(code);
    expect([reply.status, reply.type]).toEqual([403, 'text/html']);
  });
});

describe('§1.4 long-lived tokens', () => {
  it('answer 401 from their end on', async () => {
    const expiresAt = Math.floor(open.clock.nowMs() / 1000) + 86_400;
    const token = { id: 'day', secret: 'day', integrationId: 'i', userId: 101, expiresAt };
    open.emulator.control.portal().addToken(token);
    expect(await statusWith('day')).toBe(200);
    open.clock.advance(86_400_000);
    expect(await statusWith('day')).toBe(401);
  });
});

describe('§1.5 rights carried by a token', () => {
  const as = (token: string, headers: Record<string, string> = {}) =>
    fetch(`${open.emulator.url}/api/v4/users`, { headers: { Authorization: `Bearer ${token}`, ...headers } });
  const giveToken = (token: Record<string, unknown>) =>
    open.amo.post('/_emulator/portal/tokens', { integrationId: 'i', ...token });

  it('of an administrator outlive him, those of others end with their user', async () => {
    await giveToken({ id: 'petr', secret: 'petr', userId: 102 });
    const admin = await newPair();
    expect((await as('petr')).status).toBe(403);
    for (const id of [101, 102]) await open.amo.post('/_emulator/portal/users', { id, isActive: false });
    expect([(await as(admin.access_token)).status, (await as('petr')).status]).toEqual([200, 401]);
  });

  it('narrow down to a user by X-Context-User-ID, and are refused for one who is not there', async () => {
    const forUser = async (id: string) => (await as('spec-token', { 'X-Context-User-ID': id })).status;
    expect([await forUser('101'), await forUser('102'), await forUser('104'), await forUser('9')]).toEqual([
      200, 403, 401, 401,
    ]);
  });

  it('need the scope, and the users endpoints an integration that is not offered to others', async () => {
    open.emulator.control
      .portal()
      .addToken({ id: 'f', secret: 'f', integrationId: 'i', userId: 101, scopes: ['files'] });
    const reply = await open.amo.as('f').get('/api/v4/account');
    expect([reply.status, reply.json<{ detail: string }>().detail]).toEqual([403, 'Invalid scope']);
    const external = { clientId: 'ext', clientSecret: 's', redirectUri: 'https://e.example', isExternal: true };
    await open.amo.post('/_emulator/oauth/integrations', external);
    await giveToken({ id: 'ext', secret: 'ext', userId: 101, integrationId: 'ext' });
    expect([(await as('ext')).status, await statusWith('ext')]).toEqual([403, 200]);
  });
});

describe('§1.6 renamed subdomain', () => {
  it('knows the account no more at the old address, tells the new one, and refreshes there', async () => {
    const pair = await newPair();
    const renamed = (await open.amo.post('/_emulator/portal/rename', { subdomain: 'novoe' })).json<{ url: string }>();
    const gone = await open.amo.as(pair.access_token).get('/api/v4/account');
    expect([gone.status, gone.json<{ code: number }>().code]).toEqual([401, 101]);
    expect((await refresh(pair.refresh_token)).status).toBe(401);

    const ask = (token: string) =>
      fetch(`${open.emulator.url}/oauth2/account/current/subdomain`, { headers: { 'X-Refresh-Token': token } });
    expect((await ask('wrong')).status).toBe(401);
    expect(await (await ask(pair.refresh_token)).json()).toEqual({
      id: 30_000_001,
      subdomain: 'novoe',
      domain: new URL(renamed.url).host,
      top_level_domain: 'ru',
    });
    const there = new Caller(renamed.url);
    const body = { ...CLIENT, grant_type: 'refresh_token', refresh_token: pair.refresh_token };
    const next = (await there.post('/oauth2/access_token', body)).json<Pair>();
    expect((await there.as(next.access_token).get('/api/v4/account')).json()).toMatchObject({ subdomain: 'novoe' });
  });
});

describe('§1.8 disconnect', () => {
  it('ends every token of the integration and tells it with a signature', async () => {
    const receiver = await Receiver.open();
    const { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri } = CLIENT;
    const integration = { clientId, clientSecret, redirectUri, disconnectUrl: `${receiver.url}/gone` };
    await open.amo.post('/_emulator/oauth/integrations', integration);
    const pair = await newPair();
    await open.amo.post('/_emulator/oauth/disconnect', { clientId });
    const call = await receiver.next();
    call.answer(200);
    expect([call.method, call.url.pathname, Object.fromEntries(call.url.searchParams)]).toEqual([
      'GET',
      '/gone',
      {
        account_id: '30000001',
        client_uuid: 'client-1',
        signature: createHmac('sha256', 'secret-1').update('client-1|30000001').digest('hex'),
      },
    ]);
    expect([await statusWith(pair.access_token), (await refresh(pair.refresh_token)).status]).toEqual([401, 401]);
    expect((await byCode(await newCode())).status).toBe(200);
    await receiver.close();
  });
});
