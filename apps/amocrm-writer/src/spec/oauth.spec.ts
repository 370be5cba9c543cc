import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountId, Call } from './commands.js';
import { token, World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.authorise();
});
afterEach(() => world.close());

const phone = '+79161234567';
const contacts = () => world.emulator.control.stableState().contacts;
const tokens = () => world.emulator.control.portal().tokens;
/** amoCRM takes no access token of ours any more; the refresh token still works. */
const expireAccess = () => {
  for (const id of tokens().ids()) if (id.startsWith('access-')) tokens().revoke(id);
};
const refreshes = () => world.writesTo(/^\/oauth2\/access_token/) - 1;

describe('a portal authorised by consent', () => {
  it('takes calls, and an access token that has died on the way is renewed without a stop', async () => {
    const writer = await world.startKnowingPortal();
    expireAccess();
    const call = await world.call(writer, phone);
    await world.resultOf(call.callId, 'contact');
    expect(contacts()).toHaveLength(1);
    expect(refreshes()).toBe(1);
    expect((await world.portalMessages()).every(({ stop }) => stop === null)).toBe(true);
  });

  it('is renewed once by two writers that need it at the same time', async () => {
    const one = await world.startKnowingPortal();
    await world.startWriter();
    expireAccess();
    const calls = [0, 1, 2, 3].map((n) => new Call(world.portalId, `+7916123456${n}`));
    await one.takeCommands.execute(calls.map((call) => call.contact()));
    for (const call of calls) await world.resultOf(call.callId, 'contact');
    expect(contacts()).toHaveLength(4);
    expect(refreshes()).toBe(1);
  });
});

describe('two portals of one amoCRM account', () => {
  it('do not wait for each other: a token that cannot be renewed puts off its own portal, and paused both', async () => {
    const otherId = randomUUID();
    await world.credentials.putLongLivedToken(otherId, accountId, token);
    const writer = await world.startWriter();
    await writer.takeSettings.execute([{ document: world.settings({ portalIds: [world.portalId, otherId] }) }]);
    const areRead = async () =>
      new Set((await world.portalMessages()).flatMap((one) => (one.readAt ? one.portalId : [])));
    await world.until(async () => (await areRead()).size === 2);
    world.fault({ kind: 'http_error', status: 503, path: '/oauth2/access_token', count: null });
    expireAccess();

    const waiting = new Call(world.portalId, phone);
    await writer.takeCommands.execute([waiting.contact()]);
    await world.resultOf(waiting.callId, 'contact', ({ reason }) => reason === 'token_unavailable');
    const call = new Call(otherId, '+79161234568');
    await writer.takeCommands.execute([call.contact()]);
    await world.resultOf(call.callId, 'contact');

    expect((await writer.portalStatus.of(world.portalId))?.trouble).toMatchObject({ reason: 'token_unavailable' });
    expect((await writer.portalStatus.of(otherId))?.trouble).toBeNull();
  });
});

describe('a stopped portal whose token cannot be renewed', () => {
  it('is probed again after a pause, and asked the token endpoint without one', async () => {
    const writer = await world.startKnowingPortal({ settings: { probes: { blockedMs: 300, otherMs: 300 } } });
    const { dataSource } = world.database;
    await dataSource.query(`update credentials.portal_tokens set access_expires_at = now() - interval '1 minute'`);
    world.fault({ kind: 'http_error', status: 503, path: '/oauth2/access_token', count: null });
    await dataSource.query(
      `update portal set stop_reason = 'ip_not_allowed', stop_since = now(), stop_until = now(), stop_count = 1`,
    );
    await writer.refreshPortal.execute(world.portalId);
    await world.until(async () => {
      const [row] = await dataSource.query<{ waits: boolean }[]>(
        `select stop_until > clock_timestamp() + interval '10 seconds' as waits from portal`,
      );
      return row?.waits === true;
    });
    expect(refreshes()).toBe(1);
  });
});

describe('a portal without calls', () => {
  it('is read once a month, so that its refresh token does not die of age', async () => {
    const writer = await world.startKnowingPortal();
    const { dataSource } = world.database;
    await dataSource.query(`update credentials.portal_tokens
      set updated_at = now() - interval '31 days', access_expires_at = now() - interval '30 days'`);
    await dataSource.query(`update portal set directory_read_at = now() - interval '31 days'`);
    await writer.takeSettings.execute([{ document: world.settings() }]);
    await world.until(() => refreshes() === 1);
    expect((await world.portalMessages()).every(({ stop }) => stop === null)).toBe(true);
  });
});

describe('an account that was renamed in amoCRM', () => {
  it('stops with its new address in the status, until the portal has it', async () => {
    await world.startKnowingPortal();
    await world.stopWriters();
    await world.control('portal/rename', { subdomain: 'renamed' });
    const url = `http://${world.emulator.control.portal().host}`;
    world.newOrigins.push(url);
    await world.database.dataSource.query(
      `update credentials.portal_tokens set access_expires_at = now() - interval '1 minute'`,
    );

    const writer = await world.startWriter();
    await writer.refreshPortal.execute(world.portalId);
    await world.call(writer, phone);
    await world.until(async () => (await writer.portalStatus.of(world.portalId))?.stop?.reason === 'not_found');
    expect(await writer.portalStatus.of(world.portalId)).toMatchObject({ moved: { to: url } });
    expect(contacts()).toEqual([]);

    // What follows is portal-life's: the account is read at the new address before anything is written.
    await writer.takeSettings.execute([{ document: world.settings({ url }) }]);
    expect(await writer.portalStatus.of(world.portalId)).toMatchObject({ moved: null });
  });
});

describe('an integration that the customer switched off in amoCRM', () => {
  it('stops its portal with a reason, the call waits, and a new consent lets it out', async () => {
    const writer = await world.startKnowingPortal();
    tokens().revokeIntegration('perezvon');
    const call = await world.call(writer, phone);
    await world.resultOf(
      call.callId,
      'contact',
      ({ state, reason }) => state === 'waiting' && reason === 'unauthorised',
    );
    expect((await world.portalMessages()).at(-1)?.stop).toMatchObject({ reason: 'unauthorised' });

    await world.authorise();
    await writer.takeSettings.execute([{ document: world.settings({ newCredentials: true }) }]);
    await world.resultOf(call.callId, 'contact');
    expect((await world.portalMessages()).at(-1)).toMatchObject({ stop: null });
    expect(contacts()).toHaveLength(1);
  });
});

describe('a refresh whose answer is lost after amoCRM made the new pair', () => {
  it('ends with the portal stopped for consent, never with a call lost', async () => {
    const writer = await world.startKnowingPortal({ tokens: { claimMs: 200 } });
    expireAccess();
    world.fault({ kind: 'lose_answer_after_commit', path: '/oauth2/access_token' });
    const call = await world.call(writer, phone);
    await world.resultOf(call.callId, 'contact', ({ state }) => state === 'waiting');
    await world.until(async () => (await world.portalMessages()).at(-1)?.stop?.reason === 'unauthorised');

    await world.authorise();
    await writer.takeSettings.execute([{ document: world.settings({ newCredentials: true }) }]);
    await world.resultOf(call.callId, 'contact');
    expect(contacts()).toHaveLength(1);
  });
});

describe('a token endpoint that is down', () => {
  it('holds the call until it is back, and stops nothing', async () => {
    const writer = await world.startKnowingPortal();
    expireAccess();
    world.fault({ kind: 'rate_limit_burst', path: '/oauth2/access_token', retryAfterSec: 1 });
    const call = await world.call(writer, phone);
    await world.resultOf(call.callId, 'contact');
    expect(contacts()).toHaveLength(1);
    expect((await world.portalMessages()).every(({ stop }) => stop === null)).toBe(true);
  });
});
