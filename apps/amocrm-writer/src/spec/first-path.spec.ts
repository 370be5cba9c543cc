import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Call } from './commands.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

describe('the call of an unknown client', () => {
  it('becomes one contact, one deal linked to it and one call note on the deal, however often it is delivered', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    const commands = [call.contact(), call.deal(), call.note(1, null, { after: ['contact', 'deal'] })];

    await writer.takeCommands.execute([...commands, ...commands]);
    await world.resultOf(call.callId, 'note');
    await writer.takeCommands.execute(commands);
    await writer.takeCommands.execute(commands);

    const { contacts, unsorted, leadsWithoutContact } = world.emulator.control.stableState();
    expect(contacts).toHaveLength(1);
    expect(contacts[0]).toMatchObject({ name: 'Новый клиент', responsible: 'Анна Смирнова', tags: ['79161234567'] });
    expect(contacts[0]?.leads).toHaveLength(1);
    expect(contacts[0]?.leads[0]?.notes).toHaveLength(1);
    expect(unsorted).toEqual([]);
    expect(leadsWithoutContact).toEqual([]);
    expect(world.emulator.control.report()).toMatchObject({
      blindResends: [],
      overLimitWindows: [],
      unknownFields: [],
    });
  });
});
