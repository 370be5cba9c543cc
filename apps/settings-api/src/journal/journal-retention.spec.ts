import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@perezvon/service';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';
import { event } from '../testing/told-of-a-call.js';
import { eventTold } from './journal-call.js';
import { JournalCleaner } from './journal-cleaner.js';
import { JournalStore } from './journal-store.js';

let api: TestApi;
let accountId: string;
let key: string;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  ({ accountId, key } = await api.newAccount());
});

const put = (body: unknown): Promise<Answer> =>
  api.request('PUT', `/accounts/${accountId}/journal-retention`, { key, body });
const get = (): Promise<Answer> => api.request('GET', `/accounts/${accountId}/journal-retention`, { key });

/** One call that began so many days ago. */
async function callOf(account: string, daysAgo: number): Promise<void> {
  await api.service.app
    .get(JournalStore)
    .tell(eventTold(event('call.started', 0, { account_id: account, call_id: `of ${String(daysAgo)} days` })));
  await api.database.dataSource.query(
    `update settings.journal_calls set started_at = now() - $3 * interval '1 day'
      where account_id = $1 and pbx_call_id = $2`,
    [account, `of ${String(daysAgo)} days`, daysAgo],
  );
}

async function callsLeft(account: string): Promise<string[]> {
  const rows: { pbx_call_id: string }[] = await api.database.dataSource.query(
    'select pbx_call_id from settings.journal_calls where account_id = $1 order by started_at',
    [account],
  );
  return rows.map((row) => row.pbx_call_id);
}

const clean = (defaultDays: number): Promise<void> =>
  new JournalCleaner(api.database.dataSource, defaultDays, createLogger({ service: 'spec', level: 'silent' })).clean();

describe('how long calls are kept', () => {
  it('follows the platform until the account says otherwise, and again when it takes that back', async () => {
    const bounds = { defaultDays: 400, leastDays: 30, mostDays: 3_650 };
    expect((await get()).body).toEqual({ days: 400, ownDays: null, ...bounds });
    expect((await put({ days: 90 })).body).toEqual({ days: 90, ownDays: 90, ...bounds });
    expect((await get()).body).toMatchObject({ days: 90 });
    expect((await put({ days: null })).body).toMatchObject({ days: 400, ownDays: null });
  });

  it.each([29, 3_651, 90.5, '90'])('cannot be %s days', async (days) => {
    const { status, body } = await put({ days });
    expect([status, body]).toMatchObject([
      422,
      { errors: expect.arrayContaining([expect.objectContaining({ path: 'days' })]) },
    ]);
  });

  it('is told in the audit, with who changed it', async () => {
    await put({ days: 90 });
    const { body } = await api.request('GET', `/accounts/${accountId}/audit`, {
      key,
      headers: { 'accept-language': 'ru' },
    });
    const [newest] = (body as { items: object[] }).items;
    expect(newest).toMatchObject({
      change: 'journal_retention_changed',
      text: 'Срок хранения журнала, дней: 90',
      actor: { name: 'spec' },
    });
  });

  it('is obeyed for each account by its own: longer and shorter than the platform’s', async () => {
    const longer = await api.newAccount();
    const usual = await api.newAccount();
    for (const account of [accountId, longer.accountId, usual.accountId]) {
      for (const daysAgo of [10, 60, 200]) await callOf(account, daysAgo);
    }
    await put({ days: 30 });
    await api.request('PUT', `/accounts/${longer.accountId}/journal-retention`, { body: { days: 365 } });
    await clean(100);
    expect(await callsLeft(accountId)).toEqual(['of 10 days']);
    expect(await callsLeft(usual.accountId)).toEqual(['of 60 days', 'of 10 days']);
    expect(await callsLeft(longer.accountId)).toEqual(['of 200 days', 'of 60 days', 'of 10 days']);
  });

  it('is forgotten with the account: one that is made anew follows the platform', async () => {
    await put({ days: 30 });
    await api.request('DELETE', `/accounts/${accountId}`);
    await api.request('POST', '/accounts', { body: { accountId, name: 'Again' } });
    const { body } = await api.request('GET', `/accounts/${accountId}/journal-retention`);
    expect(body).toMatchObject({ ownDays: null });
  });
});
