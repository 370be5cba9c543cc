import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listEffects } from '../operators/effect-list.js';
import { accountId, Call } from './commands.js';
import { token, World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const phone = '+79161234567';
const list = (filter: Partial<Parameters<typeof listEffects>[2]> = {}) =>
  listEffects(world.database.dataSource, accountId, { limit: 10, ...filter });

/** A contact that amoCRM refused, and the deal and note that it holds. */
async function parkedContact(): Promise<{ writer: Awaited<ReturnType<World['startWriter']>>; call: Call }> {
  const writer = await world.startKnowingPortal();
  for (const path of ['/api/v4/leads/complex', '/api/v4/contacts']) {
    world.fault({ kind: 'http_error', status: 422, method: 'POST', path, html: false });
  }
  const call = new Call(world.portalId, phone);
  await writer.takeCommands.execute([call.contact(), call.deal(), call.note(1, null, { after: ['contact', 'deal'] })]);
  await world.resultOf(call.callId, 'contact', ({ state }) => state === 'parked');
  return { writer, call };
}

describe('effects that are not settled', () => {
  it('are listed with what holds them, oldest first, page by page', async () => {
    const { call } = await parkedContact();
    const { items, nextCursor } = await list({ limit: 2 });
    const rest = await list({ limit: 2, cursor: nextCursor ?? '' });

    expect([...items, ...rest.items].map(({ effect, state, blockedBy }) => ({ effect, state, blockedBy }))).toEqual([
      { effect: 'contact', state: 'parked', blockedBy: [] },
      { effect: 'deal', state: 'waiting', blockedBy: ['contact'] },
      { effect: 'note', state: 'waiting', blockedBy: ['contact', 'deal'] },
    ]);
    expect(items[0]).toMatchObject({ callId: call.callId, phone, attempts: 2, nextTryAt: null });
    expect(items[0]?.reason).toMatch(/^unprocessable/);
    expect(rest.nextCursor).toBeNull();
    expect((await list({ state: 'parked' })).items).toHaveLength(1);
    expect((await listEffects(world.database.dataSource, 'another', { limit: 10 })).items).toEqual([]);
  });

  it('go out when a person retries the parked one that held them', async () => {
    const { writer, call } = await parkedContact();
    const [parked] = (await list({ state: 'parked' })).items;
    expect(await writer.effectActions.retry('another', parked?.effectId ?? '')).toBe('not_found');
    expect(await writer.effectActions.retry(accountId, parked?.effectId ?? '')).toBe('done');
    await world.resultOf(call.callId, 'note');
    expect(await writer.effectActions.retry(accountId, parked?.effectId ?? '')).toBe('not_parked');
    expect(world.emulator.control.stableState().contacts[0]?.leads[0]?.notes).toHaveLength(1);
  });

  it('parked as expired were parked again as soon as a person retried them', async () => {
    const { writer, call } = await parkedContact();
    await world.database.dataSource.query(`update effect set created_at = now() - interval '31 days'`);
    // Housekeeping runs with whatever is stored: what waits is too old by now.
    await writer.takeCommands.execute([new Call(world.portalId, '+79160000001').contact()]);
    await world.resultOf(call.callId, 'deal', ({ state, reason }) => state === 'parked' && reason === 'expired');

    const parked = (await list({ state: 'parked' })).items.filter((each) => each.callId === call.callId);
    for (const effect of ['contact', 'deal', 'note']) {
      const { effectId } = parked.find((each) => each.effect === effect) ?? { effectId: '' };
      expect(await writer.effectActions.retry(accountId, effectId)).toBe('done');
    }
    await world.resultOf(call.callId, 'note');
  });

  it('are discarded with what depends on them, and each is told, with the note', async () => {
    const { writer, call } = await parkedContact();
    const [parked] = (await list({ state: 'parked' })).items;
    expect(await writer.effectActions.discard(accountId, parked?.effectId ?? '', 'ошибка набора')).toBe('done');
    for (const effect of ['contact', 'deal', 'note'] as const) {
      const told = await world.resultOf(call.callId, effect, ({ state }) => state === 'discarded');
      expect(told.reason).toBe('by_operator: ошибка набора');
    }
    expect((await list()).items).toEqual([]);
    expect(await writer.effectActions.discard(accountId, parked?.effectId ?? '', null)).toBe('already_settled');
  });
});

describe('the status of a portal', () => {
  it('says what waits and why, and how much of the limit was used', async () => {
    const { writer } = await parkedContact();
    const status = await writer.portalStatus.of(world.portalId);
    expect(status).toMatchObject({ accountId, stop: null, lookupsWaiting: 0 });
    expect(status?.effects.map(({ state, reason, count }) => ({ state, reason, count }))).toEqual([
      { state: 'parked', reason: 'unprocessable', count: 1 },
      { state: 'waiting', reason: 'sent_apart', count: 1 },
      { state: 'waiting', reason: null, count: 1 },
    ]);
    // Counted where a turn ends.
    await world.until(async () => {
      const lanes: { requests: number }[] = await world.database.dataSource.query(
        'select requests + requests_before as requests from lane',
      );
      return lanes[0] !== undefined && lanes[0].requests > 0;
    });
  });
});

describe('a refresh of what amoCRM has', () => {
  it("reads the portal again and tells it, people's phones as well: employees are matched by them (R14)", async () => {
    const writer = await world.startKnowingPortal();
    const before = (await world.portalMessages()).length;
    const { directory } = world.emulator.control.portal().store;
    directory.users = directory.users.map((user) =>
      user.id === 101 ? { ...user, phone_number: '8 (916) 123-45-67' } : user,
    );
    expect(await writer.refreshPortal.execute(world.portalId)).toBe(true);
    await world.until(async () => (await world.portalMessages()).length > before);
    const { users } = (await world.portalMessages()).at(-1) ?? {};
    expect(users?.find(({ id }) => id === 101)?.phone).toBe(phone);
    expect(await writer.refreshPortal.execute('00000000-0000-4000-8000-000000000000')).toBe(false);
  });
});

describe('a test of the connection', () => {
  const outcomes = (test: { checks: { code: string; outcome: string }[] } | null) =>
    test?.checks.map(({ code, outcome }) => `${code}: ${outcome}`);

  it('asks amoCRM what the integration needs, and lets a stopped portal go on when it is well again', async () => {
    await world.credentials.putLongLivedToken(world.portalId, accountId, 'not-the-token');
    const writer = await world.startWriter();
    await writer.takeSettings.execute([{ document: world.settings() }]);
    await world.until(async () => (await world.portalMessages()).some(({ stop }) => stop !== null));
    await world.credentials.putLongLivedToken(world.portalId, accountId, token);

    expect(outcomes(await writer.testPortal.execute(world.portalId))).toEqual([
      'reachable: ok',
      'token: ok',
      'administrator: ok',
      'users: ok',
      'pipelines: ok',
      'marker_field: ok',
      'webhooks: ok',
    ]);
    await world.until(async () => (await world.portalMessages()).at(-1)?.stop === null);
  });

  it('warns of a tariff without webhooks, and of duplicate control once it has merged a deal', async () => {
    const { settings } = world.emulator.control.portal();
    const writer = await world.startKnowingPortal();
    // A person makes the client's deal a moment before the call: no search shows it yet.
    settings.listingLagMs = 60_000;
    await world.byHand('/api/v4/leads/complex', [
      { _embedded: { contacts: [{ custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone }] }] }] } },
    ]);
    settings.duplicateControl = 'update_newest';
    settings.webhooksInTariff = false;
    const call = new Call(world.portalId, phone);
    await writer.takeCommands.execute([call.contact(), call.deal()]);
    await world.resultOf(call.callId, 'deal', ({ existed }) => existed);

    expect(await world.until(async () => (await world.portalMessages()).at(-1)?.warnings?.[0]?.code)).toBe(
      'duplicate_control_on',
    );
    const test = await writer.testPortal.execute(world.portalId);
    expect(test?.checks.filter(({ outcome }) => outcome !== 'ok').map(({ reason }) => reason)).toEqual([
      'duplicate_control_on',
      'webhooks_not_available',
    ]);
  });

  it('says what is wrong with the token', async () => {
    const writer = await world.startKnowingPortal();
    await world.credentials.putLongLivedToken(world.portalId, accountId, 'revoked');
    const test = await writer.testPortal.execute(world.portalId);
    expect(outcomes(test)).toEqual(['reachable: ok', 'token: failed']);
    expect(test?.checks.at(-1)?.reason).toBe('unauthorised');
  });

  it('does not ask a blocked account', async () => {
    const writer = await world.startKnowingPortal();
    await world.database.dataSource.query(`update portal set stop_reason = 'blocked', stop_since = clock_timestamp()`);
    const before = world.emulator.control.requests().length;
    expect((await writer.testPortal.execute(world.portalId))?.checks.at(-1)?.reason).toBe('blocked');
    expect(world.emulator.control.requests()).toHaveLength(before);
  });
});
