import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Call } from './commands.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const sql = (text: string): Promise<unknown[]> => world.database.dataSource.query<unknown[]>(text);

describe("the tariff's limit of entities", () => {
  it('lets creations wait with one probe an hour, while notes go on and the portal is not stopped', async () => {
    const writer = await world.startKnowingPortal();
    const known = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([known.contact()]);
    await world.resultOf(known.callId, 'contact');
    world.fault({ kind: 'http_error', status: 403, method: 'POST', path: '/api/v4/contacts', html: false, count: 2 });

    const first = new Call(world.portalId, '+79161234568');
    await writer.takeCommands.execute([first.contact()]);
    const held = await world.resultOf(first.callId, 'contact', ({ reason }) => reason === 'tariff_limit');
    expect(held.state).toBe('waiting');
    const more = [new Call(world.portalId, '+79161234569'), new Call(world.portalId, '+79161234570')];
    await writer.takeCommands.execute([...more.map((call) => call.contact()), known.note()]);
    await world.resultOf(known.callId, 'note');
    expect(world.writesTo(/contacts$/)).toBe(2);
    expect((await world.portalMessages()).at(-1)).toMatchObject({ stop: null, warnings: [{ code: 'tariff_limit' }] });

    // An hour later: one creation asks, and is refused once more.
    const anHourLater = async (): Promise<void> => {
      await sql(`update effect set next_at = clock_timestamp() where state = 'waiting'`);
      await sql(`update portal set creations_from = clock_timestamp()`);
      await writer.takeSettings.execute([{ document: world.settings() }]);
    };
    await anHourLater();
    await world.until(() => world.writesTo(/contacts$/) === 3);
    await world.until(async () => {
      const refused = await sql(
        `select 1 from effect e join portal p on p.creations_from > clock_timestamp()
          where e.attempts = 2 and e.state = 'waiting' and e.next_at > clock_timestamp()`,
      );
      return refused.length === 1;
    });
    expect(world.writesTo(/contacts$/)).toBe(3);

    await anHourLater();
    for (const call of [first, ...more]) await world.resultOf(call.callId, 'contact');
    expect(world.emulator.control.stableState().contacts).toHaveLength(4);
    expect((await world.portalMessages()).at(-1)).toMatchObject({ warnings: [] });
  }, 60_000);
});
