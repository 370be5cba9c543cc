import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, newUser, startTestApi, type TestApi } from '../testing/settings-api.js';

let api: TestApi;
let users: string;

beforeAll(async () => {
  // What stands before the service is on this machine, as nginx would be.
  api = await startTestApi({ trustedProxies: ['127.0.0.1/8', '::1'] });
  const { accountId } = await api.newAccount();
  users = `/accounts/${accountId}/users`;
});
afterAll(() => api.close());

interface From {
  readonly address: string;
  readonly cookie?: string;
}
const WRONG = 'guess, guess, guess';
const home: From = { address: '203.0.113.1' };

const addUser = async (): Promise<{ login: string; password: string }> => {
  const user = newUser('account_admin');
  await api.request('POST', users, { body: user });
  return user;
};
const logIn = (login: string, password: string, { address, cookie }: From): Promise<Answer> =>
  api.request('POST', '/session', {
    key: null,
    headers: { 'x-forwarded-for': address, ...(cookie !== undefined && { cookie }) },
    body: { login, password },
  });
const cookiesOf = (answer: Answer): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
/** So many wrong passwords at the same moment; how often each status was the answer. */
const guess = async (login: string, times: number, from: (turn: number) => From): Promise<Record<number, number>> => {
  const seen: Record<number, number> = {};
  const answers = await Promise.all(Array.from({ length: times }, (_, turn) => logIn(login, WRONG, from(turn))));
  for (const { status } of answers) seen[status] = (seen[status] ?? 0) + 1;
  return seen;
};
const elsewhere = (turn: number): From => ({ address: `198.51.100.${turn}` });
const later = (seconds: number): Promise<unknown> =>
  api.database.dataSource.query(`update login_tries set spent_until = spent_until - $1 * interval '1 second'`, [
    seconds,
  ]);

describe('wrong passwords of strangers', () => {
  it('from many networks locked the owner out: where he has logged in before, he still can', async () => {
    const { login, password } = await addUser();
    const cookie = cookiesOf(await logIn(login, password, home));
    expect(await guess(login, 60, elsewhere)).toEqual({ 401: 50, 429: 10 });
    // In his browser, wherever he carries it; and in his network, in whatever browser.
    expect((await logIn(login, password, { address: '192.0.2.50', cookie })).status).toBe(200);
    expect((await logIn(login, password, home)).status).toBe(200);
    // A stranger is slowed down also with the right password: he might have guessed it.
    expect((await logIn(login, password, { address: '192.0.2.51' })).status).toBe(429);
    await later(300);
    expect((await logIn(login, password, { address: '192.0.2.51' })).status).toBe(200);
  });

  it('ten from one office, or through one proxy, locked everybody there out: a browser that is known still logs in', async () => {
    const { login, password } = await addUser();
    const cookie = cookiesOf(await logIn(login, password, home));
    expect(await guess(login, 12, () => home)).toEqual({ 401: 10, 429: 2 });
    expect((await logIn(login, password, home)).status).toBe(429);
    expect((await logIn(login, password, { ...home, cookie })).status).toBe(200);
  });

  it('locked an administrator out of changing his own password', async () => {
    const { login, password } = await addUser();
    const opened = await logIn(login, password, home);
    const { csrfToken } = opened.body as { csrfToken: string };
    const headers = { 'cookie': cookiesOf(opened), 'x-csrf-token': csrfToken, 'x-forwarded-for': home.address };
    await guess(login, 12, () => home);
    const body = { currentPassword: password, newPassword: 'a new and longer one' };
    expect((await api.request('PUT', '/session/password', { key: null, headers, body })).status).toBe(200);
  });

  it('that were refused used up the tries of other strangers', async () => {
    const { login, password } = await addUser();
    expect(await guess(login, 80, () => ({ address: '198.51.100.200' }))).toEqual({ 401: 10, 429: 70 });
    expect((await logIn(login, password, { address: '192.0.2.60' })).status).toBe(200);
  });
});

describe('the guessing of a password', () => {
  it('begins anew with every address of one IPv6 network: it is counted as one', async () => {
    const { login } = await addUser();
    const from = (turn: number): From => ({ address: `2001:db8:7:7::${turn + 1}` });
    expect(await guess(login, 12, from)).toEqual({ 401: 10, 429: 2 });
  });

  it('is no freer with a browser of somebody else, nor with one that is made up', async () => {
    const [anna, boris] = [await addUser(), await addUser()];
    const cookie = cookiesOf(await logIn(boris.login, boris.password, home));
    expect(await guess(anna.login, 6, () => ({ address: '198.51.100.210', cookie }))).toEqual({ 401: 6 });
    const madeUp = (turn: number): From => ({ address: '198.51.100.210', cookie: `perezvon-device=${turn}` });
    expect(await guess(anna.login, 6, madeUp)).toEqual({ 401: 4, 429: 2 });
  });

  it('in a browser that is known has ten tries too, and then one in five minutes', async () => {
    const { login, password } = await addUser();
    const cookie = cookiesOf(await logIn(login, password, home));
    expect(await guess(login, 12, () => ({ ...home, cookie }))).toEqual({ 401: 10, 429: 2 });
    const refused = await logIn(login, password, { ...home, cookie });
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(300);
    await later(300);
    expect(await guess(login, 2, () => ({ ...home, cookie }))).toEqual({ 401: 1, 429: 1 });
  });

  it('is not paid by others: two persons share a browser, and many an office', async () => {
    const [anna, boris] = [await addUser(), await addUser()];
    const first = cookiesOf(await logIn(anna.login, anna.password, home));
    const second = cookiesOf(await logIn(boris.login, boris.password, { ...home, cookie: first }));
    await guess(anna.login, 12, () => home);
    expect((await logIn(anna.login, anna.password, { ...home, cookie: second })).status).toBe(200);
    const rows: unknown = await api.database.dataSource.query(
      `select count(*)::int as n from login_tries where kind = 'network' and spent_until > now() + interval '1000 seconds'`,
    );
    expect(rows).toEqual([{ n: 0 }]);
  });
});

it('whoever connects without a proxy named for it is the client: a claim in X-Forwarded-For began the count anew', async () => {
  const direct = await startTestApi();
  try {
    const { accountId } = await direct.newAccount();
    const user = newUser('viewer');
    await direct.request('POST', `/accounts/${accountId}/users`, { body: user });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, turn) =>
        direct.request('POST', '/session', {
          key: null,
          headers: { 'x-forwarded-for': elsewhere(turn).address },
          body: { login: user.login, password: WRONG },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  } finally {
    await direct.close();
  }
});

it('a right password is not answered with 500, a deadlock, while others log in after a quiet quarter of an hour', async () => {
  const { login, password } = await addUser();
  const { dataSource } = api.database;
  await dataSource.query(
    `insert into login_tries values ('pair', 'a', now() - interval '1 day', false), ('pair', 'b', now() - interval '1 day', false)`,
  );
  const another = dataSource.createQueryRunner();
  try {
    // As another login counts: it has a row that is over, and keeps it for as long as its transaction lasts.
    await another.startTransaction();
    await another.query(`select 1 from login_tries where subject = 'a' for update`);
    expect((await logIn(login, password, { address: '192.0.2.90' })).status).toBe(200);
    expect(await dataSource.query(`select subject from login_tries where subject in ('a', 'b')`)).toEqual([
      { subject: 'a' },
    ]);
  } finally {
    await another.rollbackTransaction();
    await another.release();
  }
});
