import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Caller } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator({ portals: 2, settings: { requestsPerSecond: 7, accountRequestsPerSecond: 50 } });
});
afterAll(() => open.emulator.stop());
beforeEach(() => {
  open.emulator.control.reset();
  open.clock.advance(60_000);
});

const statuses = async (times: number, amo = open.amo) => {
  const seen: number[] = [];
  for (let i = 0; i < times; i++) seen.push((await amo.get('/api/v4/account')).status);
  return seen;
};
const seven = [200, 200, 200, 200, 200, 200, 200];

describe('§1.4, §1.7 tokens and account state', () => {
  it('answers 401 with the documented body to a wrong, missing or revoked token', async () => {
    const reply = await open.amo.as('wrong').get('/api/v4/account');
    expect(reply.status).toBe(401);
    expect(reply.json()).toEqual({
      title: 'Unauthorized',
      type: 'https://httpstatus.es/401',
      status: 401,
      detail: 'Invalid user name or password',
    });
    expect((await fetch(`${open.emulator.url}/api/v4/account`)).status).toBe(401);
    await open.amo.post('/_emulator/portal/tokens/revoke', { id: 'token-1' });
    expect((await open.amo.get('/api/v4/account')).status).toBe(401);
  });

  it('§1.7 refuses an address that is not in the allow-list with 403 and code 113', async () => {
    open.emulator.control.portal().settings.ipAllowed = false;
    expect((await open.amo.get('/api/v4/account')).json()).toMatchObject({ status: 403, code: 113 });
  });

  it('§1.7 an ended subscription stops writes at once and reads after 30 days', async () => {
    const endedAt = Math.floor(open.clock.nowMs() / 1000);
    await open.amo.call('PATCH', '/_emulator/settings', { subscriptionEndedAt: endedAt });
    const write = await open.amo.post('/api/v4/contacts', [{}]);
    expect([write.status, write.json()]).toMatchObject([
      402,
      { title: 'Payment Required', detail: 'Payment required' },
    ]);
    expect((await open.amo.get('/api/v4/account')).status).toBe(200);
    open.clock.advance(30 * 24 * 3600 * 1000);
    expect((await open.amo.get('/api/v4/account')).status).toBe(402);
  });
});

describe('§2.1 request rate', () => {
  it('lets 7 requests of an integration pass in any sliding second and answers 429 to the rest', async () => {
    expect(await statuses(8)).toEqual([...seven, 429]);
    open.clock.advance(999);
    expect(await statuses(1)).toEqual([429]);
    open.clock.advance(1);
    expect(await statuses(8)).toEqual([...seven, 429]);
  });

  it('says retry_after in the body, and Retry-After as a header only by switch (§12.1)', async () => {
    await statuses(7);
    const plain = await open.amo.get('/api/v4/account');
    expect([plain.json(), plain.headers.get('retry-after')]).toMatchObject([{ status: 429, retry_after: 300 }, null]);
    open.emulator.control.portal().settings.retryAfterHeader = 2;
    expect((await open.amo.get('/api/v4/account')).headers.get('retry-after')).toBe('2');
  });

  it('counts integrations apart, and the account as a whole', async () => {
    const portal = open.emulator.control.portal();
    portal.addToken({ id: 'other', secret: 'other', integrationId: 'i2', userId: 101 });
    expect(await statuses(7)).toEqual(seven);
    expect(await statuses(7, open.amo.as('other'))).toEqual(seven);
    portal.settings.accountRequestsPerSecond = 14;
    portal.settings.requestsPerSecond = 100;
    expect(await statuses(1)).toEqual([429]);
  });

  it('blocks the account after 15 × 429 within 10 s with an HTML 403 that lasts until lifted', async () => {
    await statuses(7 + 15);
    open.clock.advance(3_600_000);
    const blocked = await open.amo.get('/api/v4/account');
    expect([blocked.status, blocked.type]).toEqual([403, 'text/html']);
    expect((await open.amo.as('wrong').get('/api/v4/account')).status).toBe(403);
    expect(open.emulator.control.report().requestsWhileBlocked).toBe(2);
    await open.amo.post('/_emulator/unblock');
    expect(await statuses(1)).toEqual([200]);
  });

  it('§12.1 lifts the block by itself after a time, by switch', async () => {
    open.emulator.control.portal().settings.blockDurationMs = 3_600_000;
    await statuses(7 + 15);
    open.clock.advance(3_599_999);
    expect(await statuses(1)).toEqual([403]);
    open.clock.advance(1);
    expect(await statuses(1)).toEqual([200]);
  });

  it('counts the calling address instead of the integration by switch, over all portals', async () => {
    for (const id of ['demo', 'demo-2']) open.emulator.control.portal(id).settings.countRequestsBy = 'ip';
    open.emulator.control.portal().addToken({ id: 'other', secret: 'other', integrationId: 'i2', userId: 101 });
    expect(await statuses(4)).toEqual([200, 200, 200, 200]);
    expect(await statuses(2, open.amo.as('other'))).toEqual([200, 200]);
    const second = new Caller(open.emulator.portals[1]?.url ?? '');
    expect(await statuses(2, second)).toEqual([200, 429]);
  });

  it('does not block when the rejections are spread over more than 10 s', async () => {
    await statuses(7 + 14);
    open.clock.advance(10_001);
    expect(await statuses(8)).toEqual([...seven, 429]);
  });

  it('keeps portals apart: ids, contents, limits and tokens', async () => {
    const [first, second] = open.emulator.portals;
    expect(first?.accountId).not.toBe(second?.accountId);
    const other = open.emulator.control.portal('demo-2');
    await statuses(8);
    const reply = await fetch(`${second?.url}/api/v4/users`, { headers: { Authorization: `Bearer ${second?.token}` } });
    expect(reply.status).toBe(200);
    expect(other.store.directory.users[0]?.id).toBe(1_000_101);
  });
});
