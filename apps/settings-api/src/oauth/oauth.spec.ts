import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startEmulator, type RunningEmulator } from '@perezvon/amocrm-emulator';
import { CredentialStore } from '@perezvon/credentials';
import { type Answer, newUser, startTestApi, type TestApi } from '../testing/settings-api.js';

const amocrm = {
  clientId: 'perezvon',
  clientSecret: 'secret-of-the-integration',
  redirectUri: 'http://127.0.0.1:3000/api/v1/oauth/amocrm/callback',
};

let emulator: RunningEmulator;
let api: TestApi;
let accountId: string;
let key: string;
let portalId: string;

beforeAll(async () => {
  emulator = await startEmulator({ port: 0, token: 'a-long-lived-token', integrations: [amocrm] });
  api = await startTestApi({
    amocrm,
    amocrmOauthUrl: `${emulator.url}/oauth`,
    amocrmExtraOrigins: [emulator.url],
  });
});
afterAll(async () => {
  await api.close();
  await emulator.stop();
});
beforeEach(async () => {
  ({ accountId, key } = await api.newAccount());
  portalId = await addPortal(emulator.url);
});

const addPortal = async (url: string): Promise<string> => {
  const { body } = await api.request('POST', `/accounts/${accountId}/portals`, { key, body: { url } });
  return (body as { portalId: string }).portalId;
};

/** A person in a browser: it was sent for consent, and keeps the cookie that it was given. */
const begin = async (): Promise<{ consentUrl: string; cookie: string }> => {
  const answer = await api.request('POST', `/accounts/${accountId}/portals/${portalId}/authorization`, { key });
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return { consentUrl: (answer.body as { url: string }).url, cookie };
};
/** Decides at the consent page. @returns the query with which amoCRM sends the browser back */
const decide = async (consentUrl: string, decision: 'allow' | 'deny'): Promise<string> => {
  const reply = await fetch(`${consentUrl}&decision=${decision}&portal=demo&user=101`, { redirect: 'manual' });
  return new URL(reply.headers.get('location') ?? '').search;
};
/** @returns how it ended, as the page is told */
const comeBack = async (query: string, cookie: string): Promise<string | null> => {
  const reply = await fetch(`${api.service.url}/api/v1/oauth/amocrm/callback${query}`, {
    redirect: 'manual',
    headers: { cookie },
  });
  expect(reply.status).toBe(303);
  return new URL(reply.headers.get('location') ?? '').searchParams.get('authorization');
};
const stored = async (): Promise<string | undefined> =>
  (await new CredentialStore(api.database.dataSource, api.config.credentialsKeys).token(portalId))?.kind;
const portal = (): Promise<Answer> => api.request('GET', `/accounts/${accountId}/portals/${portalId}`, { key });

describe('authorisation through amoCRM', () => {
  it('stores the tokens that the consent gave, and the audit names who asked for it', async () => {
    const { consentUrl, cookie } = await begin();
    expect(await comeBack(await decide(consentUrl, 'allow'), cookie)).toBe('authorised');
    expect(await stored()).toBe('oauth');
    expect((await portal()).body).toMatchObject({ hasCredentials: true });
    const audit = await api.request('GET', `/accounts/${accountId}/audit`, { key });
    expect(audit.body).toMatchObject({
      items: [{ change: 'credentials_changed', actor: { name: 'spec' } }, {}, {}, {}],
    });
  });

  it('works once: the way back cannot be gone again', async () => {
    const { consentUrl, cookie } = await begin();
    const query = await decide(consentUrl, 'allow');
    const twice = await Promise.all([comeBack(query, cookie), comeBack(query, cookie)]);
    expect(twice.toSorted()).toEqual(['authorised', 'unknown']);
  });

  it('is not finished in another browser: a stranger’s consent would land in this account', async () => {
    const { consentUrl, cookie } = await begin();
    const other = await begin();
    const query = await decide(consentUrl, 'allow');
    expect(await comeBack(query, '')).toBe('unknown');
    expect(await comeBack(query, other.cookie)).toBe('unknown');
    expect(await stored()).toBeUndefined();
    expect(await comeBack(query, cookie)).toBe('authorised');
  });

  it('is over after twenty minutes', async () => {
    const { consentUrl, cookie } = await begin();
    const query = await decide(consentUrl, 'allow');
    await api.database.dataSource.query(
      `update settings.consents_awaited set begun_at = now() - interval '21 minutes'`,
    );
    expect(await comeBack(query, cookie)).toBe('unknown');
  });

  it('brings nothing back for somebody who was dismissed or demoted on the way', async () => {
    const at = `/accounts/${accountId}`;
    const made = await api.request('POST', `${at}/api-keys`, { body: { name: 'dismissed', role: 'operator' } });
    const { keyId, key: theirs } = made.body as { keyId: string; key: string };
    const administrator = key;
    key = theirs;
    const [demoted, removed] = [await begin(), await begin()];
    key = administrator;
    const query = await decide(demoted.consentUrl, 'allow');
    await api.request('PATCH', `${at}/api-keys/${keyId}`, { body: { role: 'viewer' } });
    expect(await comeBack(query, demoted.cookie)).toBe('unknown');
    const late = await decide(removed.consentUrl, 'allow');
    await api.request('DELETE', `${at}/api-keys/${keyId}`);
    expect(await comeBack(late, removed.cookie)).toBe('unknown');
    expect(await stored()).toBeUndefined();
  });

  it('brings nothing back for a person who was disabled on the way', async () => {
    const at = `/accounts/${accountId}/users`;
    const person = newUser('operator');
    const { userId } = (await api.request('POST', at, { body: person })).body as { userId: string };
    const { login: name, password } = person;
    const login = await api.request('POST', '/session', { key: null, body: { login: name, password } });
    const session = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const { csrfToken } = login.body as { csrfToken: string };
    const begun = await api.request('POST', `/accounts/${accountId}/portals/${portalId}/authorization`, {
      key: null,
      headers: { 'cookie': session, 'x-csrf-token': csrfToken },
    });
    const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const query = await decide((begun.body as { url: string }).url, 'allow');
    await api.request('PATCH', `${at}/${userId}`, { body: { isDisabled: true } });
    expect(await comeBack(query, cookie)).toBe('unknown');
    await api.request('PATCH', `${at}/${userId}`, { body: { isDisabled: false } });
    expect(await comeBack(query, cookie)).toBe('authorised');
  });

  it('says when the administrator said no', async () => {
    const { consentUrl, cookie } = await begin();
    expect(await comeBack(await decide(consentUrl, 'deny'), cookie)).toBe('refused');
    expect(await stored()).toBeUndefined();
  });

  it('never sends the code and our secret to a host that the link names', async () => {
    const { consentUrl, cookie } = await begin();
    const query = new URLSearchParams(await decide(consentUrl, 'allow'));
    query.set('referer', 'evil.example');
    expect(await comeBack(`?${query.toString()}`, cookie)).toBe('failed');
  });

  it('is for the account whose address the portal has', async () => {
    portalId = await addPortal('other.amocrm.ru');
    const { consentUrl, cookie } = await begin();
    expect(await comeBack(await decide(consentUrl, 'allow'), cookie)).toBe('other_account');
    expect(await stored()).toBeUndefined();
  });

  it('tells nothing to who asks without being asked', async () => {
    expect(await comeBack('', '')).toBe('unknown');
    expect(await comeBack('?state=x&code=y&referer=demo.amocrm.ru', '')).toBe('unknown');
  });
});
