import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, newUser, startTestApi, type TestApi } from '../testing/settings-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

interface Administrator {
  readonly userId: string;
  readonly headers: Record<string, string>;
}

/** Somebody who is logged in, among the users that stand at `at`. */
const administratorAt = async (at: string): Promise<Administrator> => {
  const { role, ...person } = newUser('account_admin');
  const body = at === '/platform-admins' ? person : { ...person, role };
  const made = await api.request('POST', at, { body });
  const opened = await api.request('POST', '/session', {
    key: null,
    body: { login: person.login, password: person.password },
  });
  const cookie = (opened.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  const { csrfToken } = opened.body as { csrfToken: string };
  return { userId: (made.body as { userId: string }).userId, headers: { cookie, 'x-csrf-token': csrfToken } };
};

/** Ids of those who could still log in and give rights. */
const administratorsOf = async (at: string): Promise<string[]> => {
  const { body } = await api.request('GET', at);
  const { items } = body as { items: { userId: string; role: string; isDisabled: boolean }[] };
  return items.filter((each) => !each.isDisabled && each.role.endsWith('_admin')).map((each) => each.userId);
};

const ways = [
  ['disable', 'PATCH', { isDisabled: true }],
  ['take the rights of', 'PATCH', { role: 'viewer' }],
  ['delete', 'DELETE', undefined],
] as const;

describe('the last administrator', () => {
  it.each(ways)('is gone when two %s each other in the same moment', async (_what, method, body) => {
    for (let round = 0; round < 4; round += 1) {
      const { accountId } = await api.newAccount();
      const at = `/accounts/${accountId}/users`;
      const [anna, boris] = [await administratorAt(at), await administratorAt(at)];
      const against = (who: Administrator, whom: Administrator): Promise<Answer> =>
        api.request(method, `${at}/${whom.userId}`, { key: null, headers: who.headers, ...(body && { body }) });
      const answers = await Promise.all([against(anna, boris), against(boris, anna)]);
      expect(await administratorsOf(at)).toHaveLength(1);
      // The slower one is refused, or was out already when he came.
      expect(answers.filter(({ status }) => status >= 400)).toHaveLength(1);
    }
  });

  it('is gone when the two of the platform disable each other in the same moment', async () => {
    const at = '/platform-admins';
    for (let round = 0; round < 4; round += 1) {
      const [anna, boris] = [await administratorAt(at), await administratorAt(at)];
      for (const userId of await administratorsOf(at)) {
        if (userId !== anna.userId && userId !== boris.userId) await api.request('DELETE', `${at}/${userId}`);
      }
      const against = (who: Administrator, whom: Administrator): Promise<Answer> =>
        api.request('PATCH', `${at}/${whom.userId}`, { key: null, headers: who.headers, body: { isDisabled: true } });
      await Promise.all([against(anna, boris), against(boris, anna)]);
      expect(await administratorsOf(at)).toHaveLength(1);
    }
  });

  it.each(ways)('is gone when a key of the API is told to %s the only one', async (_what, method, body) => {
    const { accountId, key } = await api.newAccount();
    const at = `/accounts/${accountId}/users`;
    const { userId } = await administratorAt(at);
    const refused = await api.request(method, `${at}/${userId}`, { key, ...(body && { body }) });
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'last_administrator' }]);
    await administratorAt(at);
    expect((await api.request(method, `${at}/${userId}`, { key, ...(body && { body }) })).status).toBeLessThan(300);
  });
});
