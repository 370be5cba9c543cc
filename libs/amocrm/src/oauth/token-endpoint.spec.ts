import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Secret, TokenEndpoint } from '../index.js';
import { answer, ScriptedPortal, type Step } from '../testing/scripted-portal.js';

const started: ScriptedPortal[] = [];
afterEach(async () => {
  for (const portal of started.splice(0)) await portal.stop();
});

const integration = {
  clientId: 'client-1',
  clientSecret: new Secret('canary-client-secret'),
  redirectUri: 'https://perezvon.example/oauth/amocrm/callback',
};

/** The answer of amocrm-api.md §1.3. */
const granted = answer(200, {
  token_type: 'Bearer',
  expires_in: 86_400,
  server_time: 1_767_225_600,
  access_token: 'eyJ.canary-access.sig',
  refresh_token: 'canary-refresh-2',
});
/** The refusal of §1.3. */
const revoked = answer(401, {
  hint: 'Token has been revoked',
  title: 'Некорректный запрос',
  type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
  status: 401,
  detail: 'canary-refresh-1-canary-refresh-1-canary-refresh-1',
});

async function account(...steps: Step[]): Promise<ScriptedPortal> {
  const portal = await ScriptedPortal.start(steps);
  started.push(portal);
  return portal;
}

const endpoint = (): TokenEndpoint =>
  new TokenEndpoint({ integration, extraOrigins: started.map(({ origin }) => origin) });

/** A pair whose access token names where to ask for the account's address. */
function pairOf(apiDomain?: ScriptedPortal) {
  const claims = apiDomain ? { api_domain: `127.0.0.1:${apiDomain.port}` } : {};
  return {
    accessToken: new Secret(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`),
    refreshToken: new Secret('canary-refresh-1'),
  };
}

describe('a code', () => {
  it('is exchanged for a pair that expires by amoCRM’s clock (§1.3)', async () => {
    const portal = await account(granted);
    const result = await endpoint().exchangeCode(portal.origin, 'the-code');
    if (result.kind !== 'done') throw new Error(result.reason);
    expect(result.value.accessToken.reveal()).toBe('eyJ.canary-access.sig');
    expect(result.value.refreshToken.reveal()).toBe('canary-refresh-2');
    expect(result.value.expiresAt).toEqual(new Date((1_767_225_600 + 86_400) * 1000));
    expect(result.value.origin).toBe(portal.origin);
    expect(portal.requests[0]).toMatchObject({ method: 'POST', path: '/oauth2/access_token' });
    expect(portal.requests[0]?.headers.has('authorization')).toBe(false);
    expect(JSON.parse(portal.requests[0]?.body ?? '')).toEqual({
      client_id: 'client-1',
      client_secret: 'canary-client-secret',
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: integration.redirectUri,
    });
  });

  it('that is too old or was used is refused for good', async () => {
    const portal = await account(answer(400, { title: 'Некорректный запрос', status: 400, hint: 'code' }));
    expect(await endpoint().exchangeCode(portal.origin, 'old')).toMatchObject({
      kind: 'rejected',
      reason: 'bad_request',
    });
  });

  it('is never sent to a host that is no account', async () => {
    await expect(endpoint().exchangeCode('https://evil.example', 'code')).rejects.toThrow('host');
  });
});

describe('a refresh', () => {
  it('gives the next pair', async () => {
    const portal = await account(granted);
    expect(await endpoint().refresh(portal.origin, pairOf())).toMatchObject({ kind: 'done' });
    expect(JSON.parse(portal.requests[0]?.body ?? '')).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'canary-refresh-1',
    });
  });

  it('with a token that was used before is refused, and asks nowhere else if the token names no place', async () => {
    const portal = await account(revoked);
    expect(await endpoint().refresh(portal.origin, pairOf())).toMatchObject({
      kind: 'stop_portal',
      reason: 'unauthorised',
    });
    expect(portal.requests).toHaveLength(1);
  });

  it('that is given up before its answer is in doubt: the pair may exist', async () => {
    const portal = await account(() => undefined);
    const abort = new AbortController();
    const result = endpoint().refresh(portal.origin, pairOf(), { signal: abort.signal });
    await portal.received(1);
    abort.abort();
    expect(await result).toMatchObject({ kind: 'in_doubt', reason: 'aborted_after_send' });
    expect(portal.requests).toHaveLength(1);
  });

  it.each<[string, Step]>([
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['a 504', answer(504, '<html>nginx</html>')],
    ['half an answer', answer(200, '{"access_token":"can')],
    ['a pair without its refresh token', answer(200, { access_token: 'a', expires_in: 1 })],
  ])('whose answer is lost (%s) is in doubt: the pair may exist', async (_what, step) => {
    const portal = await account(step);
    expect(await endpoint().refresh(portal.origin, pairOf())).toMatchObject({ kind: 'in_doubt' });
    expect(portal.requests).toHaveLength(1);
  });

  it.each([
    ['blocked', answer(403, '<html>nginx</html>'), 'stop_portal'],
    ['rate_limited', answer(429, '<html>nginx</html>'), 'retry'],
  ])('that meets the limits’ page (%s) has used nothing up (§1.7)', async (reason, step, kind) => {
    const portal = await account(step);
    expect(await endpoint().refresh(portal.origin, pairOf())).toMatchObject({ kind, reason });
  });
});

describe('a renamed account (§1.6)', () => {
  it.each([
    ['404', answer(404, '<html>nginx</html>')],
    ['401', answer(401, { title: 'Unauthorized', status: 401, detail: 'Account not found', code: 101 })],
    ['a redirect', answer(301, undefined, { Location: 'https://evil.example/' })],
  ])('is found where amoCRM says it is now, after %s at the old host', async (_what, gone) => {
    const old = await account(gone);
    const present = await account(granted);
    const apiDomain = await account(
      answer(200, { id: 1, subdomain: 'new', domain: `127.0.0.1:${present.port}`, top_level_domain: 'ru' }),
    );
    const result = await endpoint().refresh(old.origin, pairOf(apiDomain));
    expect(result).toMatchObject({ kind: 'done', value: { origin: present.origin } });
    expect(apiDomain.requests[0]).toMatchObject({ method: 'GET', path: '/oauth2/account/current/subdomain' });
    expect(apiDomain.requests[0]?.headers.get('x-refresh-token')).toBe('canary-refresh-1');
    expect(old.requests).toHaveLength(1);
  });

  it('that is where it was is not asked twice', async () => {
    const portal = await account(revoked);
    const apiDomain = await account(answer(200, { id: 1, domain: `127.0.0.1:${portal.port}` }));
    const result = await endpoint().refresh(portal.origin, pairOf(apiDomain));
    expect(result).toMatchObject({ kind: 'stop_portal', reason: 'unauthorised' });
    expect([portal.requests.length, apiDomain.requests.length]).toEqual([1, 1]);
  });

  it('is not followed to a host outside the allow-list', async () => {
    const portal = await account(revoked);
    const apiDomain = await account(answer(200, { id: 1, domain: 'evil.example' }));
    expect(await endpoint().refresh(portal.origin, pairOf(apiDomain))).toMatchObject({ reason: 'unauthorised' });
    expect(portal.requests).toHaveLength(1);
  });
});

describe('no secret', () => {
  it('shows in what comes back, whatever amoCRM repeats of it', async () => {
    for (const step of [granted, revoked, answer(502, 'canary-refresh-1')]) {
      const portal = await account(step);
      const result = await endpoint().refresh(portal.origin, pairOf());
      expect(inspect(result, { depth: 9, showHidden: true })).not.toContain('canary');
    }
  });
});
