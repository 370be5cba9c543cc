import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountId, Call } from './commands.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const livePhone = '+79161234567';
const backlogPhone = (index: number): string => `+7926${String(1_000_000 + index)}`;
const anHourAgo = new Date(Date.now() - 60 * 60_000).toISOString();
const requests = () => world.emulator.control.requests();

/** Without users no copy of the clients can be made: each client is asked for, two requests each. */
async function startWithoutCopy() {
  world.fault({ kind: 'http_error', status: 403, html: false, method: 'GET', path: '/api/v4/users', count: null });
  return world.startKnowingPortal();
}

describe('a call that just happened, beside a backlog of minutes', () => {
  it('is written after a handful of requests, and waited until the readings of the backlog were through', async () => {
    const writer = await startWithoutCopy();
    const backlog = Array.from({ length: 400 }, (_, index) => new Call(world.portalId, backlogPhone(index)));
    await writer.takeCommands.execute(backlog.map((call) => call.contact({ causedAt: anHourAgo })));
    await world.until(() => requests().length > 15);

    const before = requests().length;
    const live = new Call(world.portalId, livePhone);
    await writer.takeCommands.execute([live.contact({ causedAt: new Date().toISOString() })]);
    await world.resultOf(live.callId, 'contact', undefined, 120_000);
    expect(requests().length - before).toBeLessThan(100);
  }, 180_000);

  it('cost two requests a client when hundreds came after a minute away, while the background had a step to do', async () => {
    const writer = await world.startKnowingPortal({ settings: { mirrorMonths: 24 } });
    await world.until(async () => (await world.portalMessages()).at(-1)?.mirror?.isComplete === true);
    await writer.takeSettings.execute([{ document: world.settings({ isActive: false }) }]);
    const causedAt = new Date(Date.now() - 40_000).toISOString();
    const calls = Array.from({ length: 300 }, (_, index) => new Call(world.portalId, backlogPhone(index)));
    await writer.takeCommands.execute(calls.flatMap((call) => [call.contact({ causedAt }), call.deal({ causedAt })]));
    await world.stopWriters();
    await world.database.dataSource.query(`update mirror set next_at = clock_timestamp()`);
    const before = requests().length;
    const again = await world.startWriter({ settings: { mirrorMonths: 24 } });
    await again.takeSettings.execute([{ document: world.settings({ isActive: true }) }]);
    for (const { callId } of calls) await world.resultOf(callId, 'deal', undefined, 120_000);
    expect(requests().length - before).toBeLessThan(100);
  }, 180_000);

  it('leaves the backlog its part however many of them there are', async () => {
    const writer = await startWithoutCopy();
    const now = new Date().toISOString();
    const flood = Array.from({ length: 500 }, (_, index) => new Call(world.portalId, backlogPhone(index)));
    await writer.takeCommands.execute(flood.map((call) => call.contact({ causedAt: now })));
    await world.until(() => requests().length > 15);

    const before = requests().length;
    const old = new Call(world.portalId, livePhone);
    await writer.takeCommands.execute([old.contact({ causedAt: anHourAgo })]);
    await world.resultOf(old.callId, 'contact', undefined, 120_000);
    expect(requests().length - before).toBeLessThan(200);
  }, 180_000);

  it('has its client known after a handful of requests, and asked after those of the whole backlog', async () => {
    const writer = await startWithoutCopy();
    const ask = (phone: string, causedAt: string) => ({
      ...new Call(world.portalId, phone).lookup(),
      accountId,
      causedAt,
    });
    await writer.takeCommands.execute(Array.from({ length: 200 }, (_, index) => ask(backlogPhone(index), anHourAgo)));
    await world.until(() => requests().length > 15);

    const before = requests().length;
    await writer.takeCommands.execute([ask(livePhone, new Date().toISOString())]);
    await world.until(async () => (await world.clientMessages()).some(({ phone }) => phone === livePhone), 120_000);
    expect(requests().length - before).toBeLessThan(100);
  }, 180_000);
});
