import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../testing/settings-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

describe('an account', () => {
  it('is made under the id the PBX platform gives, or under a new one', async () => {
    const accountId = `spec.${randomUUID()}`;
    const made = await api.request('POST', '/accounts', { body: { accountId, name: 'Ромашка' } });
    expect([made.status, made.body]).toMatchObject([201, { accountId, name: 'Ромашка', version: 1 }]);
    const again = await api.request('POST', '/accounts', { body: { accountId, name: 'Другая' } });
    expect([again.status, again.body]).toMatchObject([409, { code: 'account_exists' }]);
    const nameless = await api.request('POST', '/accounts', { body: { name: 'Ландыш' } });
    expect((nameless.body as { accountId: string }).accountId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it.each([
    {},
    { name: '' },
    { name: 'x'.repeat(201) },
    { name: 'x', accountId: 'a b' },
    { name: 'x', accountId: '../x' },
    { name: 'x', accountId: '..' },
    { name: 'x', accountId: '.' },
  ])('is not made of %j', async (body) => {
    expect((await api.request('POST', '/accounts', { body })).status).toBe(422);
  });

  it('is renamed and deleted', async () => {
    const { accountId } = await api.newAccount();
    const renamed = await api.request('PATCH', `/accounts/${accountId}`, { body: { name: 'Новое имя' } });
    expect(renamed.body).toMatchObject({ name: 'Новое имя', version: 2 });
    expect((await api.request('DELETE', `/accounts/${accountId}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      expect((await api.request(method, `/accounts/${accountId}`)).status).toBe(404);
    }
    const rows: unknown = await api.database.dataSource.query(
      'select name from settings.accounts where account_id = $1',
      [accountId],
    );
    expect(rows).toEqual([{ name: '' }]);
  });

  it('is found in the list, page by page', async () => {
    const made = await Promise.all([1, 2, 3].map(() => api.newAccount()));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api.request('GET', `/accounts?limit=2&cursor=${cursor}`);
      const page = body as { items: { accountId: string }[]; nextCursor: string | null };
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((each) => each.accountId));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made.map((each) => each.accountId)));
    expect((await api.request('GET', '/accounts?limit=501')).status).toBe(422);
  });
});
