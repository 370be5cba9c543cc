import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { EffectCommand } from '@perezvon/contracts';
import { LedgerQueries } from '../ledger/ledger-queries.js';
import { Call } from './commands.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const state = () => world.emulator.control.stableState();

function deactivate(userId: number): void {
  const user = world.emulator.control.portal().store.directory.users.find(({ id }) => id === userId);
  if (user === undefined) throw new Error(`no user ${userId}`);
  Object.assign(user, { is_active: false });
}

function gate(): { readonly passed: Promise<void>; readonly pass: () => void } {
  let pass = (): void => undefined;
  const passed = new Promise<void>((resolve) => (pass = resolve));
  return { passed, pass };
}

describe('the call note', () => {
  it('is created once and then updated in place by a later revision', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([call.contact(), call.note(1, null, { after: ['contact'] })]);
    await world.resultOf(call.callId, 'note');

    const later = call.note(2, 'https://records.example/1.mp3', { after: ['contact'] });
    await writer.takeCommands.execute([later, later]);
    await world.resultOf(call.callId, 'note', (result) => result.state === 'done' && result.revision === 2);

    expect(state().contacts[0]?.notes).toHaveLength(1);
    expect(state().contacts[0]?.notes[0]?.params).toMatchObject({
      link: 'https://records.example/1.mp3',
      duration: 65,
    });
    const writes = world.emulator.control
      .requests()
      .filter(({ path, method }) => path.endsWith('/notes') && method !== 'GET');
    expect(writes.map(({ method }) => method)).toEqual(['POST', 'PATCH']);
  });

  it('is written in its newest state when a revision arrives before the first was sent, and an older one changes nothing', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    const newer = call.note(2, 'https://records.example/2.mp3', { after: ['contact'] });

    await writer.takeCommands.execute([call.contact(), newer, call.note(1, null, { after: ['contact'] })]);
    await world.resultOf(call.callId, 'note');
    await writer.takeCommands.execute([call.note(1, null, { after: ['contact'] })]);

    expect(state().contacts[0]?.notes[0]?.params).toMatchObject({ link: 'https://records.example/2.mp3' });
    expect(world.writesTo(/\/notes$/)).toBe(1);
  });

  it('goes to the only active deal of a client who is known, and else to the contact', async () => {
    const writer = await world.startKnowingPortal();
    const first = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([first.contact(), first.deal()]);
    await world.resultOf(first.callId, 'deal');
    const second = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([second.note()]);
    await world.resultOf(second.callId, 'note');

    expect(state().contacts[0]?.leads[0]?.notes).toHaveLength(1);
  });

  it('of a client without any card is skipped, with the rule that says so', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([call.note()]);
    const result = await world.resultOf(call.callId, 'note', (each) => each.state === 'skipped');
    expect(result).toMatchObject({ reason: 'no_card', entities: [] });
    expect(result.ruleIds).toContain('R9');
  });
});

describe('a call whose rule makes an unsorted record', () => {
  const owed = (call: Call): EffectCommand => {
    const note = call.note(1, null, { after: ['unsorted'] });
    if (note.intent.kind !== 'call_note') throw new Error(note.intent.kind);
    return { ...note, intent: { ...note.intent, unlessUnsorted: true } };
  };

  it('lost its note where unsorted is switched off: the note stands on the deal that took the record’s place', async () => {
    const { directory } = world.emulator.control.portal().store;
    directory.pipelines = directory.pipelines.map((pipeline) => ({ ...pipeline, is_unsorted_on: false }));
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([call.unsorted(), owed(call)]);
    await world.resultOf(call.callId, 'note');

    expect(state().contacts).toHaveLength(1);
    expect(state().contacts[0]?.leads[0]?.notes).toHaveLength(1);
  });

  it('has no second entry beside its record (§5.1), and amoCRM is not asked for it', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([call.unsorted(), owed(call)]);
    const result = await world.resultOf(call.callId, 'note', ({ state: is }) => is === 'skipped');

    expect(result).toMatchObject({ reason: 'unsorted_carries_the_call' });
    expect(state().unsorted).toHaveLength(1);
    expect(world.emulator.control.requests().filter(({ path }) => path.startsWith('/api/v4/contacts'))).toEqual([]);
  });
});

describe('two calls from one new number at once', () => {
  it('make one contact and one deal, though amoCRM lists what is new only after seconds', async () => {
    await world.close();
    world = await World.open({ emulator: { settings: { listingLagMs: 3_000 } } });
    const writer = await world.startKnowingPortal({ settings: { visibilityDelayMs: 5_000 } });
    const calls = [new Call(world.portalId, '+79161234567'), new Call(world.portalId, '+79161234567')];

    await writer.takeCommands.execute(calls.flatMap((call) => [call.contact(), call.deal()]));
    for (const call of calls) await world.resultOf(call.callId, 'deal');

    expect(state().contacts).toHaveLength(1);
    expect(state().contacts[0]?.leads).toHaveLength(1);
    const second = (await world.results()).filter(({ callId }) => callId === calls[1]?.callId);
    expect(second.map(({ effect, existed }) => [effect, existed])).toEqual([
      ['contact', true],
      ['deal', true],
    ]);
  });

  it('keep their order: what a client is owed leaves in the order in which it was decided', async () => {
    const writer = await world.startKnowingPortal();
    const calls = Array.from({ length: 4 }, () => new Call(world.portalId, '+79161234567'));
    const [first] = calls;
    await writer.takeCommands.execute([...(first ? [first.contact()] : []), ...calls.map((call) => call.note())]);
    for (const call of calls) await world.resultOf(call.callId, 'note');

    const notes = [...world.emulator.control.portal().store.notes.values()].sort((a, b) => a.id - b.id);
    expect(notes.map(({ params }) => params['uniq'])).toEqual(calls.map(({ pbxCallId }) => pbxCallId));
  });
});

describe('what amoCRM refuses', () => {
  it("is parked with amoCRM's words, holds what depends on it, and does not hold the client's other calls", async () => {
    const writer = await world.startKnowingPortal();
    const refused = new Call(world.portalId, '+79161234567');
    for (const path of ['/api/v4/leads/complex', '/api/v4/contacts']) {
      world.fault({ kind: 'http_error', status: 422, method: 'POST', path, html: false });
    }
    await writer.takeCommands.execute([refused.contact(), refused.deal()]);
    const parked = await world.resultOf(refused.callId, 'contact', (result) => result.state === 'parked');
    expect(parked.reason).toMatch(/^unprocessable/);

    const next = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([next.contact(), next.deal()]);
    await world.resultOf(next.callId, 'deal');

    const held = (await world.results()).filter(({ effect, callId }) => effect === 'deal' && callId === refused.callId);
    expect(held.map(({ state: is }) => is)).toEqual(['waiting']);
    expect(state().contacts).toHaveLength(1);
  });

  it('because a user was deactivated is resolved anew from a fresh copy of the portal, without that user', async () => {
    const writer = await world.startKnowingPortal();
    deactivate(101);
    const call = new Call(world.portalId, '+79161234567');

    await writer.takeCommands.execute([call.contact()]);
    const result = await world.resultOf(call.callId, 'contact');

    expect(result.ruleIds).toContain('R12');
    expect(state().contacts).toHaveLength(1);
  });

  it('because a user was deactivated is not refused again, and parked, by a look at what is due that began meanwhile', async () => {
    const ready = jest.spyOn(LedgerQueries.prototype, 'ready');
    const [looking, recorded] = [gate(), gate()];
    let answers = 0;
    const writer = await world.startKnowingPortal({
      at: async (point) => {
        if (point === 'outcome_recorded') recorded.pass();
        if (point !== 'answered' || ++answers > 1) return;
        // What the next look has read by then is from before the answer, what it reads last from after it.
        ready.mockImplementationOnce(async function (this: LedgerQueries, lane, limit, except) {
          looking.pass();
          await recorded.passed;
          await sleep(50);
          return this.ready(lane, limit, except);
        });
        await looking.passed;
      },
    });
    deactivate(101);
    const call = new Call(world.portalId, '+79161234567');
    try {
      await writer.takeCommands.execute([call.contact()]);
      const result = await world.resultOf(call.callId, 'contact', ({ state: is }) => is === 'done' || is === 'parked');
      expect(result.state).toBe('done');
    } finally {
      ready.mockRestore();
    }
  });

  it('is not an unsorted record whose responsible was deactivated: amoCRM requires the field, and takes null', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    const { intent } = call.unsorted();
    if (intent.kind !== 'create_unsorted') throw new Error(intent.kind);
    const deactivatedUser = 104;
    await writer.takeCommands.execute([
      call.unsorted('in', { intent: { ...intent, responsibleUserId: deactivatedUser } }),
    ]);
    await world.resultOf(call.callId, 'unsorted');
    expect(world.emulator.control.stableState().unsorted).toHaveLength(1);
  });

  it('because our field was deleted by hand makes the field anew', async () => {
    const writer = await world.startKnowingPortal();
    const first = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([first.contact()]);
    await world.resultOf(first.callId, 'contact');
    world.emulator.control.portal().store.directory.fields.contacts.pop();

    const second = new Call(world.portalId, '+79161234568');
    await writer.takeCommands.execute([second.contact()]);
    await world.resultOf(second.callId, 'contact');
    expect(state().contacts).toHaveLength(2);
  });
});

describe('a question about a client', () => {
  it('is answered on crm.clients.v1, once for all who ask meanwhile, and not again by a replay', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([call.contact()]);
    await world.resultOf(call.callId, 'contact');
    const question = call.lookup();

    await writer.takeCommands.execute([question, call.lookup(), question]);
    const answer = await world.until(async () =>
      (await world.clientMessages()).find(({ origin }) => origin === 'lookup'),
    );
    await writer.takeCommands.execute([question]);

    expect(answer.cards).toMatchObject([{ type: 'contact', name: 'Новый клиент', responsibleUserId: 101 }]);
    const asked: unknown[] = await world.database.dataSource.query('select * from lookup');
    expect(asked).toEqual([]);
    expect((await world.clientMessages()).filter(({ origin }) => origin === 'lookup')).toHaveLength(1);
  });

  it('says that nobody has the number', async () => {
    const writer = await world.startKnowingPortal();
    await writer.takeCommands.execute([new Call(world.portalId, '+79160000000').lookup()]);
    const answer = await world.until(async () => (await world.clientMessages()).at(0));
    expect(answer).toMatchObject({ phone: '+79160000000', cards: [] });
  });

  it('does not count the hidden contact of an unsorted record until a person accepts it', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([call.unsorted()]);
    await world.resultOf(call.callId, 'unsorted');
    await writer.takeCommands.execute([call.lookup()]);
    expect((await world.until(async () => (await world.clientMessages()).at(0))).cards).toEqual([]);

    const [claim] = world.emulator.control.state().unsorted;
    await world.byHand(`/api/v4/leads/unsorted/${claim?.uid ?? ''}/accept`, {});
    await writer.takeCommands.execute([call.lookup(new Date(Date.now() + 1_000))]);
    const after = await world.until(async () => (await world.clientMessages()).at(1));
    expect(after.cards).toHaveLength(1);
  });
});
