import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, newUser, startTestApi, type TestApi } from '../testing/settings-api.js';

let api: TestApi;
let accountId: string;
let admin: string;

beforeAll(async () => {
  api = await startTestApi();
  ({ accountId, key: admin } = await api.newAccount());
});
afterAll(() => api.close());

const addUser = async (role = 'operator'): Promise<ReturnType<typeof newUser> & { userId: string }> => {
  const user = newUser(role);
  const { body } = await api.request('POST', `/accounts/${accountId}/users`, { key: admin, body: user });
  return { ...user, ...(body as { userId: string }) };
};
const login = (name: string, password: string): Promise<Answer> =>
  api.request('POST', '/session', { key: null, body: { login: name, password } });
const cookieOf = (answer: Answer): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const csrfOf = (answer: Answer): string => (answer.body as { csrfToken: string }).csrfToken;
const rename = (headers: Record<string, string>): Promise<Answer> =>
  api.request('PUT', `/accounts/${accountId}/employees`, { key: null, headers, body: [] });

describe('a login', () => {
  it('opens a session that says who is there, and ends with the logout', async () => {
    const user = await addUser();
    const opened = await login(` ${user.login.toUpperCase()} `, user.password);
    expect(opened.status).toBe(200);
    const [session, device] = opened.headers.getSetCookie();
    expect(session).toMatch(/^perezvon=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(device).toMatch(
      /^perezvon-device=[\w-]{43}; Max-Age=34560000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    const cookie = cookieOf(opened);
    const seen = await api.request('GET', '/session', { key: null, headers: { cookie } });
    expect(seen.body).toEqual(opened.body);
    expect(seen.body).toMatchObject({ role: 'operator', accountId, accountName: 'Spec', name: 'Анна', kind: 'user' });
    const headers = { cookie, 'x-csrf-token': csrfOf(opened) };
    expect((await api.request('DELETE', '/session', { key: null, headers })).status).toBe(204);
    expect((await api.request('GET', '/session', { key: null, headers })).status).toBe(401);
  });

  it('tells an unknown login nothing else than a wrong password', async () => {
    const user = await addUser();
    const wrong = await login(user.login, 'not the password');
    const unknown = await login('nobody@example.org', 'not the password');
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    expect(unknown.text).toBe(wrong.text);
  });

  it('is not kept in the clear: neither the password nor the session', async () => {
    const user = await addUser();
    const cookie = cookieOf(await login(user.login, user.password));
    const rows: unknown = await api.database.dataSource.query('select * from settings.users, settings.sessions');
    expect(JSON.stringify(rows)).not.toContain(user.password);
    expect(JSON.stringify(rows)).not.toContain(cookie.split('=')[1]);
    expect(api.log.join('\n')).not.toContain(user.password);
  });

  it('is slowed down after ten tries, all at once or one after the other, until one of them is back', async () => {
    const user = await addUser();
    const tries = await Promise.all(Array.from({ length: 12 }, () => login(user.login, 'guess, guess, guess')));
    expect(tries.map((each) => each.status).toSorted()).toEqual([...Array<number>(10).fill(401), 429, 429]);
    const throttled = await login(user.login, user.password);
    expect([throttled.status, throttled.body]).toMatchObject([429, { code: 'too_many_attempts' }]);
    expect(Number(throttled.headers.get('retry-after'))).toBeGreaterThan(0);
    await api.database.dataSource.query(
      `update settings.login_tries set spent_until = spent_until - interval '5 minutes'`,
    );
    expect((await login(user.login, user.password)).status).toBe(200);
  });

  it('of a platform admin sees every account', async () => {
    const { role: _role, ...person } = newUser('platform_admin');
    await api.request('POST', '/platform-admins', { body: person });
    const opened = await login(person.login, person.password);
    expect(opened.body).toMatchObject({ role: 'platform_admin', accountId: null, accountName: null });
    const headers = { cookie: cookieOf(opened) };
    expect((await api.request('GET', `/accounts/${accountId}`, { key: null, headers })).status).toBe(200);
    expect((await api.request('GET', '/platform-admins')).text).toContain(person.login);
  });
});

describe('a change under a cookie', () => {
  it('needs the CSRF token of that session', async () => {
    const user = await addUser();
    const opened = await login(user.login, user.password);
    const cookie = cookieOf(opened);
    for (const token of [undefined, 'x', csrfOf(await login(user.login, user.password))]) {
      const answer = await rename({ cookie, ...(token !== undefined && { 'x-csrf-token': token }) });
      expect([answer.status, answer.body]).toMatchObject([403, { code: 'csrf' }]);
    }
    expect((await rename({ cookie, 'x-csrf-token': csrfOf(opened) })).status).toBe(200);
  });

  it('is refused to another site, and so is a login', async () => {
    const user = await addUser();
    const opened = await login(user.login, user.password);
    const headers = { 'cookie': cookieOf(opened), 'x-csrf-token': csrfOf(opened), 'sec-fetch-site': 'cross-site' };
    expect((await rename(headers)).status).toBe(403);
    const body = { login: user.login, password: user.password };
    expect((await api.request('POST', '/session', { key: null, headers, body })).status).toBe(403);
  });
});

describe('the own password', () => {
  const change = (opened: Answer, currentPassword: string, newPassword: string): Promise<Answer> =>
    api.request('PUT', '/session/password', {
      key: null,
      headers: { 'cookie': cookieOf(opened), 'x-csrf-token': csrfOf(opened) },
      body: { currentPassword, newPassword },
    });
  const seenWith = async (opened: Answer): Promise<number> =>
    (await api.request('GET', '/session', { key: null, headers: { cookie: cookieOf(opened) } })).status;

  it('is changed with the present one by anybody; the other sessions end, the person goes on with a new one', async () => {
    const user = await addUser('viewer');
    const [here, elsewhere] = [await login(user.login, user.password), await login(user.login, user.password)];
    const changed = await change(here, user.password, 'a new and longer one');
    expect(changed.status).toBe(200);
    expect(changed.text).not.toContain('longer one');
    expect([await seenWith(here), await seenWith(elsewhere), await seenWith(changed)]).toEqual([401, 401, 200]);
    expect((await login(user.login, user.password)).status).toBe(401);
    expect((await login(user.login, 'a new and longer one')).status).toBe(200);
    const audit = await api.request('GET', `/accounts/${accountId}/audit`, { key: admin });
    const actor = expect.objectContaining({ kind: 'user', name: user.name });
    const told = expect.objectContaining({ change: 'password_changed', subject: user.login, actor });
    expect(audit.body).toMatchObject({ items: expect.arrayContaining([told]) });
  });

  it('stays when the present one is wrong, and the session with it; guesses are counted', async () => {
    const user = await addUser();
    const opened = await login(user.login, user.password);
    const refused = await change(opened, 'not the password', 'a new and longer one');
    expect([refused.status, refused.body]).toMatchObject([422, { errors: [{ path: 'currentPassword' }] }]);
    expect(await seenWith(opened)).toBe(200);
    const guesses = Array.from({ length: 12 }, () => change(opened, 'guess, guess, guess', 'a new and longer one'));
    const statuses = (await Promise.all(guesses)).map((answer) => answer.status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(3);
    expect((await change(opened, user.password, 'a new and longer one')).status).toBe(429);
  });

  it.each([
    ['too short', 422],
    ['', 422],
  ])('is not changed to "%s"', async (newPassword, status) => {
    const user = await addUser();
    expect((await change(await login(user.login, user.password), user.password, newPassword)).status).toBe(status);
  });

  it('is none of an API key', async () => {
    const body = { currentPassword: 'correct horse battery', newPassword: 'a new and longer one' };
    const answer = await api.request('PUT', '/session/password', { key: admin, body });
    expect([answer.status, answer.body]).toMatchObject([403, { code: 'no_person' }]);
  });
});

describe('a user', () => {
  it('is shown without the password, renamed, given another role, and has one login on the platform', async () => {
    const user = await addUser('viewer');
    const at = `/accounts/${accountId}/users`;
    const changed = await api.request('PATCH', `${at}/${user.userId}`, {
      key: admin,
      body: { name: 'Пётр', role: 'account_admin' },
    });
    expect(changed.body).toMatchObject({ userId: user.userId, name: 'Пётр', role: 'account_admin', login: user.login });
    const list = await api.request('GET', at, { key: admin });
    expect(list.text).toContain(user.login);
    expect(list.text).not.toContain('scrypt');
    const second = await api.request('POST', at, { key: admin, body: { ...newUser('viewer'), login: user.login } });
    expect([second.status, second.body]).toMatchObject([409, { code: 'login_taken' }]);
  });

  it.each([
    [{ password: 'too short' }, 'password', 'too_short'],
    [{ login: 'a b' }, 'login', 'wrong_form'],
    [{ role: 'platform_admin' }, 'role', 'unknown_value'],
  ])('is not made with %j', async (wrong, path, code) => {
    const body = { ...newUser('viewer'), ...wrong };
    const answer = await api.request('POST', `/accounts/${accountId}/users`, { key: admin, body });
    expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ path, code }] }]);
  });

  it('is told which of the list it is, and a key that it is none', async () => {
    const user = await addUser('operator');
    expect((await login(user.login, user.password)).body).toMatchObject({ userId: user.userId });
    expect((await api.request('GET', '/session', { key: admin })).body).toMatchObject({ userId: null });
  });

  it('an administrator who pressed «Отключить» beside himself locked his company out: oneself is refused', async () => {
    const user = await addUser('account_admin');
    const opened = await login(user.login, user.password);
    const headers = { 'cookie': cookieOf(opened), 'x-csrf-token': csrfOf(opened) };
    const own = `/accounts/${accountId}/users/${user.userId}`;
    for (const body of [{ isDisabled: true }, { role: 'viewer' }]) {
      const refused = await api.request('PATCH', own, { key: null, headers, body });
      expect([refused.status, refused.body]).toMatchObject([409, { code: 'own_user' }]);
    }
    const removed = await api.request('DELETE', own, { key: null, headers });
    expect([removed.status, removed.body]).toMatchObject([409, { code: 'own_user' }]);
    expect((await login(user.login, user.password)).body).toMatchObject({ role: 'account_admin' });
    const renamed = await api.request('PATCH', own, { key: null, headers, body: { name: 'Пётр' } });
    expect(renamed.body).toMatchObject({ name: 'Пётр' });
  });

  it.each([{ password: 'another long password' }, { isDisabled: true }])(
    'is out of every session at once after %j',
    async (body) => {
      const user = await addUser();
      const headers = { cookie: cookieOf(await login(user.login, user.password)) };
      await api.request('PATCH', `/accounts/${accountId}/users/${user.userId}`, { key: admin, body });
      expect((await api.request('GET', '/session', { key: null, headers })).status).toBe(401);
      expect((await login(user.login, user.password)).status).toBe(401);
    },
  );
});
