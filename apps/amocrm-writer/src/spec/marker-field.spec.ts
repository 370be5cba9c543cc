import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Call } from './commands.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const fieldPosts = () => world.writesTo(/\/custom_fields$/);

describe('the marker field', () => {
  it('that amoCRM refuses once holds creations for a second, not for five minutes', async () => {
    world.fault({ kind: 'http_error', status: 422, method: 'POST', path: '/api/v4/contacts/custom_fields', count: 2 });
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([call.contact()]);
    await world.resultOf(call.callId, 'contact', ({ state }) => state === 'waiting');
    await world.resultOf(call.callId, 'contact', ({ state }) => state === 'done', 10_000);
    expect(fieldPosts()).toBe(3);
  }, 30_000);

  it('that amoCRM goes on refusing is asked for less and less often', async () => {
    world.fault({
      kind: 'http_error',
      status: 422,
      method: 'POST',
      path: '/api/v4/contacts/custom_fields',
      count: null,
    });
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([call.contact()]);
    await world.until(() => fieldPosts() >= 3);
    const [first, second, third] = world.emulator.control
      .requests()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/custom_fields'))
      .map(({ atMs }) => atMs);
    const pauses = [(second ?? 0) - (first ?? 0), (third ?? 0) - (second ?? 0)];
    expect(pauses[0]).toBeGreaterThanOrEqual(1_000);
    expect(pauses[1]).toBeGreaterThanOrEqual(2_000);
  }, 30_000);
});
