import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EffectCommand } from '@perezvon/contracts';
import { Call } from './commands.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const store = () => world.emulator.control.portal().store;
const contacts = () => world.emulator.control.stableState().contacts;
const searches = () => world.emulator.control.requests().filter(({ search }) => search.includes('query='));
const phones = Array.from({ length: 6 }, (_, index) => `+7916123${4500 + index}`);
const newCalls = () => phones.map((phone) => new Call(world.portalId, phone));

/** The copy is asked only for what is due together: it is stored while the integration is off. */
async function dueTogether(
  writer: Awaited<ReturnType<World['startWriter']>>,
  commands: readonly EffectCommand[],
): Promise<void> {
  await writer.takeSettings.execute([{ document: world.settings({ isActive: false }) }]);
  await writer.takeCommands.execute(commands);
  await writer.takeSettings.execute([{ document: world.settings({ isActive: true }) }]);
}

describe('many clients at once', () => {
  it('are told from the copy of the account, without a search for each', async () => {
    const writer = await world.startKnowingPortal();
    const first = newCalls();
    await dueTogether(
      writer,
      first.flatMap((call) => [call.contact(), call.deal(), call.note(1, null, { after: ['contact', 'deal'] })]),
    );
    for (const call of first) await world.resultOf(call.callId, 'note', undefined, 60_000);
    const second = newCalls();
    await dueTogether(
      writer,
      second.flatMap((call) => [call.contact(), call.deal(), call.note(1, null, { after: ['contact', 'deal'] })]),
    );
    for (const call of second) await world.resultOf(call.callId, 'note', undefined, 60_000);

    expect(searches()).toEqual([]);
    expect(contacts().map(({ leads }) => leads.map(({ notes }) => notes.length))).toEqual(phones.map(() => [2]));
    const told = (await world.results()).filter(({ callId }) => second.some((call) => call.callId === callId));
    expect(told.filter(({ effect }) => effect === 'contact').map(({ existed }) => existed)).toEqual(
      phones.map(() => true),
    );
    expect(world.emulator.control.report()).toMatchObject({ blindResends: [], overLimitWindows: [] });
  }, 120_000);

  it('include one whose card a person deleted: the copy learns of it, and the client gets a new card', async () => {
    const writer = await world.startKnowingPortal();
    const first = newCalls();
    await dueTogether(
      writer,
      first.map((call) => call.contact()),
    );
    for (const call of first) await world.resultOf(call.callId, 'contact', undefined, 60_000);
    const [gone] = [...store().contacts.values()];
    if (gone === undefined) throw new Error('no contact');
    const deletedAt = Date.now();
    store().putContact({ ...gone, is_deleted: true, updated_at: Math.floor(deletedAt / 1000) });
    // Listings lag behind, and an increment counts for three seconds.
    await world.until(() => Date.now() - deletedAt > 3_500);

    const second = newCalls();
    await dueTogether(
      writer,
      second.map((call) => call.contact()),
    );
    for (const call of second) await world.resultOf(call.callId, 'contact', undefined, 60_000);

    expect(contacts()).toHaveLength(6);
    expect([...store().contacts.values()].filter(({ is_deleted }) => !is_deleted).map(({ id }) => id)).not.toContain(
      gone.id,
    );
  }, 120_000);
});

describe('many clients with an unsorted record that waits', () => {
  it('were searched for one by one: the claims that wait say at once whose contact is hidden', async () => {
    const writer = await world.startKnowingPortal();
    const first = newCalls();
    await dueTogether(
      writer,
      first.map((call) => call.unsorted()),
    );
    for (const call of first) await world.resultOf(call.callId, 'unsorted', undefined, 60_000);
    const [claim] = [...store().unsorted.values()];
    await world.byHand(`/api/v4/leads/unsorted/${claim?.uid ?? ''}/accept`, {});
    const seen = world.emulator.control.requests().at(-1)?.seq ?? 0;

    const second = newCalls();
    await dueTogether(
      writer,
      second.map((call) => call.contact()),
    );
    const results = await Promise.all(second.map((call) => world.resultOf(call.callId, 'contact', undefined, 60_000)));

    // R5: once accepted it counts.
    const known = results.filter(({ existed }) => existed);
    expect(known.map(({ entities }) => entities)).toEqual([[{ type: 'contact', id: claim?.contact_id }]]);
    const asked = world.emulator.control.requests().filter(({ seq, method }) => seq > seen && method === 'GET');
    expect(searches()).toEqual([]);
    expect(
      asked.filter(({ path }) => /contacts\/\d+$/.test(path) && !path.endsWith(`/${claim?.contact_id ?? ''}`)),
    ).toEqual([]);
    expect(world.emulator.control.report()).toMatchObject({ blindResends: [], overLimitWindows: [] });
  }, 120_000);
});

describe('many questions at once', () => {
  it('are answered from the copy, also that nobody has the number', async () => {
    const writer = await world.startKnowingPortal();
    const known = new Call(world.portalId, phones[0] ?? '');
    await writer.takeCommands.execute([known.contact()]);
    await world.resultOf(known.callId, 'contact');

    await writer.takeCommands.execute(newCalls().map((call) => call.lookup()));
    const answers = await world.until(async () => {
      const told = (await world.clientMessages()).filter(({ origin }) => origin === 'lookup');
      return told.length >= phones.length ? told : undefined;
    });

    // The one that was just made may not be listed yet: amoCRM itself is asked about it.
    expect(searches().filter(({ search }) => !search.includes('9161234500'))).toEqual([]);
    expect(new Map(answers.map(({ phone, cards }) => [phone, cards.length]))).toEqual(
      new Map(phones.map((phone, index) => [phone, index === 0 ? 1 : 0])),
    );
  }, 120_000);
});
