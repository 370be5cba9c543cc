import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountId, Call } from './commands.js';
import { token, World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const phone = '+79161234567';
const contacts = () => world.emulator.control.stableState().contacts;

describe('a wrong token', () => {
  it('stops the portal visibly, the call waits, and new credentials let it out', async () => {
    await world.credentials.putLongLivedToken(world.portalId, accountId, 'not-the-token');
    const writer = await world.startWriter();
    await writer.takeSettings.execute([{ document: world.settings() }]);
    const call = await world.call(writer, phone);
    const stopped = await world.until(async () => (await world.portalMessages()).find(({ stop }) => stop !== null));
    expect(stopped.stop).toMatchObject({ reason: 'unauthorised' });

    await world.credentials.putLongLivedToken(world.portalId, accountId, token);
    await writer.takeSettings.execute([{ document: world.settings({ newCredentials: true }) }]);
    await world.resultOf(call.callId, 'contact');

    expect((await world.portalMessages()).at(-1)).toMatchObject({ stop: null });
    expect(contacts()).toHaveLength(1);
  });

  it('is replaced while the turn that met it still goes on: the portal is asked with the new one, and stopped for an hour', async () => {
    const otherId = randomUUID();
    await world.credentials.putLongLivedToken(otherId, accountId, token);
    const portalIds = [world.portalId, otherId];
    const writer = await world.startWriter();
    await writer.takeSettings.execute([{ document: world.settings({ portalIds }) }]);
    const areRead = async () =>
      new Set((await world.portalMessages()).flatMap(({ readAt, portalId }) => (readAt === null ? [] : portalId)));
    await world.until(async () => (await areRead()).size === 2);
    world.fault({ kind: 'hold_answer', ms: 3_000, method: 'POST', path: '/api/v4/contacts' });
    await writer.takeCommands.execute([new Call(otherId, '+79161234568').contact()]);
    await world.until(() => world.writesTo(/\/contacts$/) === 1);

    await world.credentials.putLongLivedToken(world.portalId, accountId, 'revoked');
    const call = await world.call(writer, phone);
    await world.resultOf(call.callId, 'contact', ({ reason }) => reason === 'unauthorised');
    await world.credentials.putLongLivedToken(world.portalId, accountId, token);
    await writer.takeSettings.execute([{ document: world.settings({ portalIds, newCredentials: true }) }]);
    await world.resultOf(call.callId, 'contact');
  });

  it('in mid-flow parks nothing: what waits says why, and goes out later', async () => {
    const writer = await world.startKnowingPortal();
    await world.credentials.putLongLivedToken(world.portalId, accountId, 'revoked');
    const call = await world.call(writer, phone);
    await world.resultOf(
      call.callId,
      'contact',
      ({ state, reason }) => state === 'waiting' && reason === 'unauthorised',
    );

    await world.credentials.putLongLivedToken(world.portalId, accountId, token);
    await writer.takeSettings.execute([{ document: world.settings({ newCredentials: true }) }]);
    await world.resultOf(call.callId, 'contact');
    expect(contacts()).toHaveLength(1);
  });
});

describe('a stop that a reading has ended for good', () => {
  it('is not continued by a later one for the same reason: that has its own beginning', async () => {
    const writer = await world.startKnowingPortal();
    const { settings } = world.emulator.control.portal();
    const stopOnce = async (isIt: (since: string | undefined) => boolean) =>
      world.until(async () => {
        await writer.refreshPortal.execute(world.portalId);
        const last = (await world.portalMessages()).at(-1)?.stop;
        return isIt(last?.since) ? { since: last?.since } : undefined;
      });
    const letIn = async (isAllowed: boolean): Promise<void> => {
      settings.ipAllowed = isAllowed;
      await writer.takeSettings.execute([{ document: world.settings({ newCredentials: true }) }]);
    };
    await letIn(false);
    const first = await stopOnce((since) => since !== undefined);
    await letIn(true);
    await stopOnce((since) => since === undefined);
    await letIn(false);
    const second = await stopOnce((since) => since !== undefined);
    expect(second.since).not.toBe(first.since);
  });
});

describe('a portal without credentials', () => {
  it('is stopped as no_credentials and asked nothing', async () => {
    await world.credentials.erase(world.portalId);
    const writer = await world.startWriter();
    await writer.takeSettings.execute([{ document: world.settings() }]);
    const stopped = await world.until(async () => (await world.portalMessages()).find(({ stop }) => stop !== null));
    expect(stopped.stop).toMatchObject({ reason: 'no_credentials', until: null });
    expect(world.emulator.control.requests()).toEqual([]);
  });

  it('says so even if it never had any, instead of saying nothing for ever', async () => {
    await world.credentials.erase(world.portalId);
    const writer = await world.startWriter();
    await writer.takeSettings.execute([{ document: world.settings({ hasCredentials: false }) }]);
    const stopped = await world.until(async () => (await world.portalMessages()).find(({ stop }) => stop !== null));
    expect(stopped.stop).toMatchObject({ reason: 'no_credentials', until: null });
    expect(world.emulator.control.requests()).toEqual([]);
  });

  it('says so when they are taken from it later, and takes writes again with new ones', async () => {
    const writer = await world.startKnowingPortal();
    await world.credentials.erase(world.portalId);
    await writer.takeSettings.execute([{ document: world.settings({ hasCredentials: false }) }]);
    await world.until(async () => (await world.portalMessages()).at(-1)?.stop ?? undefined);

    await world.credentials.putLongLivedToken(world.portalId, accountId, token);
    await writer.takeSettings.execute([{ document: world.settings({ newCredentials: true }) }]);
    await world.until(async () => ((await world.portalMessages()).at(-1)?.stop === null ? true : undefined));
  });
});

describe('an account whose subscription has ended, so that it refuses writes and answers reads (402)', () => {
  it('is stopped since the first refusal, not since the last probe, and until a write is answered', async () => {
    const probes = { blockedMs: 300, otherMs: 300 };
    const writer = await world.startKnowingPortal({ settings: { probes } });
    const { settings } = world.emulator.control.portal();
    settings.subscriptionEndedAt = Math.floor(Date.now() / 1000) - 24 * 3600;
    const call = await world.call(writer, phone);
    const stops = await world.until(async () => {
      const told = (await world.portalMessages()).flatMap(({ stop }) => stop ?? []);
      return told.length > 2 ? told : undefined;
    });
    expect(new Set(stops.map(({ reason, since }) => `${reason} ${since}`)).size).toBe(1);

    settings.subscriptionEndedAt = null;
    await world.resultOf(call.callId, 'contact');
    const [row] = await world.database.dataSource.query<object[]>(`select lifted_reason, stop_reason from portal`);
    expect(row).toEqual({ lifted_reason: null, stop_reason: null });
  });
});

describe('a stopped portal whose account was never met', () => {
  it('is left alone for a while after a probe that says nothing, and was asked anew at once, for ever', async () => {
    await world.credentials.putLongLivedToken(world.portalId, accountId, 'not-the-token');
    const writer = await world.startWriter({ settings: { probes: { blockedMs: 300, otherMs: 300 } } });
    await writer.takeSettings.execute([{ document: world.settings() }]);
    await world.until(async () => (await world.portalMessages()).some(({ stop }) => stop !== null));
    world.fault({ kind: 'http_error', status: 503, method: 'GET', path: '/api/v4/account', count: null });
    await world.credentials.putLongLivedToken(world.portalId, accountId, token);
    const answered = () => world.emulator.control.requests().filter(({ status }) => status === 503).length;
    await world.until(() => answered() > 0);
    await world.until(async () => {
      const [row] = await world.database.dataSource.query<{ waits: boolean }[]>(
        `select stop_until > clock_timestamp() + interval '10 seconds' as waits from portal`,
      );
      return row?.waits === true;
    });
    expect(answered()).toBe(1);
    expect((await writer.portalStatus.of(world.portalId))?.stop).toMatchObject({ reason: 'unauthorised' });
  });
});

describe('a token that no key of ours opens', () => {
  it('keeps its own portal alone, and paused the whole amoCRM account', async () => {
    const otherId = randomUUID();
    await world.credentials.putLongLivedToken(otherId, accountId, token);
    const writer = await world.startWriter();
    await writer.takeSettings.execute([{ document: world.settings({ portalIds: [world.portalId, otherId] }) }]);
    const areRead = async () =>
      new Set((await world.portalMessages()).flatMap(({ readAt, portalId }) => (readAt === null ? [] : portalId)));
    await world.until(async () => (await areRead()).size === 2);
    const { dataSource } = world.database;
    await dataSource.query(`update credentials.portal_tokens set key_id = 'lost' where portal_id = $1`, [
      world.portalId,
    ]);

    const waiting = new Call(world.portalId, phone);
    await writer.takeCommands.execute([waiting.contact()]);
    await world.resultOf(waiting.callId, 'contact', ({ reason }) => reason === 'token_unavailable');
    const call = new Call(otherId, '+79161234568');
    await writer.takeCommands.execute([call.contact()]);
    await world.resultOf(call.callId, 'contact');
    expect((await writer.portalStatus.of(otherId))?.trouble).toBeNull();

    await dataSource.query(`update credentials.portal_tokens set key_id = 'spec' where portal_id = $1`, [
      world.portalId,
    ]);
    await writer.takeSettings.execute([
      { document: world.settings({ portalIds: [world.portalId, otherId], newCredentials: true }) },
    ]);
    await world.resultOf(waiting.callId, 'contact');
  });

  it('keeps a portal that was never met from its lane, and was told as an address that does not exist', async () => {
    await world.database.dataSource.query(`update credentials.portal_tokens set key_id = 'lost'`);
    const writer = await world.startWriter();
    await writer.takeSettings.execute([{ document: world.settings() }]);
    await world.until(
      async () => (await writer.portalStatus.of(world.portalId))?.trouble?.reason === 'token_unavailable',
    );
    expect((await writer.portalStatus.of(world.portalId))?.stop).toBeNull();
  });
});

describe('a blocked account (403)', () => {
  it('is left alone until its probe, and what waits says so', async () => {
    const writer = await world.startKnowingPortal();
    world.emulator.control.portal().limiter.block();
    const call = await world.call(writer, phone);
    await world.resultOf(call.callId, 'contact', ({ state, reason }) => state === 'waiting' && reason === 'blocked');
    const stop = await world.until(async () => (await world.portalMessages()).at(-1)?.stop ?? undefined);
    expect(Date.parse(stop.until ?? '') - Date.parse(stop.since)).toBe(15 * 60_000);

    const asked = world.emulator.control.requests().length;
    const later = new Call(world.portalId, '+79161234568');
    await writer.takeCommands.execute([later.contact()]);
    await writer.takeSettings.execute([{ document: world.settings({ newCredentials: true }) }]);
    await world.until(async () => {
      const [lane]: { wake_at: Date | null; lease_until: Date | null }[] = await world.database.dataSource.query(
        'select wake_at, lease_until from lane',
      );
      return lane?.lease_until === null && lane.wake_at !== null && lane.wake_at.getTime() > Date.now() + 60_000;
    });
    expect(world.emulator.control.requests()).toHaveLength(asked);
  });
});

describe('a deleted portal', () => {
  it('parks what waits as portal_deleted, and what still arrives', async () => {
    const writer = await world.startKnowingPortal();
    await writer.takeSettings.execute([{ document: world.settings({ isActive: false }) }]);
    const waiting = new Call(world.portalId, phone);
    await writer.takeCommands.execute([waiting.contact()]);
    await writer.takeSettings.execute([{ document: world.settings({ portalIds: [] }) }]);
    await world.resultOf(
      waiting.callId,
      'contact',
      ({ state, reason }) => state === 'parked' && reason === 'portal_deleted',
    );

    const late = new Call(world.portalId, phone);
    await writer.takeCommands.execute([late.contact()]);
    await world.resultOf(
      late.callId,
      'contact',
      ({ state, reason }) => state === 'parked' && reason === 'portal_deleted',
    );
    expect(contacts()).toEqual([]);
  });

  it('goes with its account, whose effects are discarded', async () => {
    const writer = await world.startKnowingPortal();
    await writer.takeSettings.execute([{ document: null, accountId }]);
    const call = await world.call(writer, phone);
    await world.resultOf(
      call.callId,
      'contact',
      ({ state, reason }) => state === 'discarded' && reason === 'account_deleted',
    );
  });
});

describe('a command for a portal that nobody has heard of', () => {
  it('is parked as portal_unknown, and written when the portal turns up', async () => {
    const writer = await world.startWriter({ settings: { unknownPortalMs: 1 } });
    const call = await world.call(writer, phone);
    await world.resultOf(
      call.callId,
      'contact',
      ({ state, reason }) => state === 'parked' && reason === 'portal_unknown',
    );

    await writer.takeSettings.execute([{ document: world.settings() }]);
    await world.resultOf(call.callId, 'contact');
    expect(contacts()).toHaveLength(1);
  });

  it("does not reach another account's portal", async () => {
    const writer = await world.startKnowingPortal({ settings: { unknownPortalMs: 1 } });
    const foreign = new Call(world.portalId, phone, 'another-account');
    await writer.takeCommands.execute([foreign.contact(), foreign.lookup()]);
    await world.resultOf(
      foreign.callId,
      'contact',
      ({ state, reason }) => state === 'parked' && reason === 'portal_unknown',
    );
    expect(contacts()).toEqual([]);
    expect(await world.clientMessages()).toEqual([]);
  });
});

describe('an integration that is switched off', () => {
  it('keeps what was decided waiting, and writes it when it is switched on again', async () => {
    const writer = await world.startKnowingPortal();
    await writer.takeSettings.execute([{ document: world.settings({ isActive: false }) }]);
    const call = await world.call(writer, phone);
    const before = world.emulator.control.requests().length;
    await writer.takeCommands.execute([new Call(world.portalId, '+79160000000').lookup()]);
    await world.until(async () => (await world.clientMessages()).length > 0);
    expect(world.writesTo(/contacts$/)).toBe(0);
    expect(world.emulator.control.requests().length).toBeGreaterThan(before);

    await writer.takeSettings.execute([{ document: world.settings({ isActive: true }) }]);
    await world.resultOf(call.callId, 'contact');
  });
});

describe('two accounts with one amoCRM', () => {
  it('share one lane and make one contact for one new number', async () => {
    const writer = await world.startKnowingPortal();
    const other = randomUUID();
    await world.credentials.putLongLivedToken(other, 'other', token);
    await writer.takeSettings.execute([{ document: world.settings({ of: 'other', portalIds: [other] }) }]);
    const calls = [new Call(world.portalId, phone), new Call(other, phone, 'other')];

    await writer.takeCommands.execute(calls.map((call) => call.contact()));
    for (const call of calls) await world.resultOf(call.callId, 'contact');

    expect(contacts()).toHaveLength(1);
    const lanes: unknown[] = await world.database.dataSource.query('select distinct lane from portal');
    expect(lanes).toHaveLength(1);
  });

  it.each([
    ['no token', null],
    ['a token that amoCRM does not take', 'not-his-token'],
  ])(
    'a stranger with %s who gave the address was in the lane of the other one, and heard of his clients',
    async (_what, his) => {
      const writer = await world.startKnowingPortal();
      const stranger = randomUUID();
      if (his !== null) await world.credentials.putLongLivedToken(stranger, 'stranger', his);
      await writer.takeSettings.execute([{ document: world.settings({ of: 'stranger', portalIds: [stranger] }) }]);

      await world.until(async () => (await writer.portalStatus.of(stranger))?.stop != null);
      expect((await writer.portalStatus.of(stranger))?.lane).toBeNull();
      const told = (await world.portalMessages()).filter(({ portalId }) => portalId === stranger);
      expect(told.length).toBeGreaterThan(0);
      expect(told.filter(({ lane }) => lane !== null)).toEqual([]);
    },
  );
});
