import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EffectCommand } from '@perezvon/contracts';
import { Call } from './commands.js';
import { visibilityDelayMs, World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

interface Case {
  readonly name: string;
  readonly path: string;
  /** The list, newest first, that shows what the path's POST made. */
  readonly list: RegExp;
  readonly commands: (call: Call) => EffectCommand[];
  readonly effect: EffectCommand['effect'];
  readonly count: () => number;
}

const state = () => world.emulator.control.stableState();
const leads = () => [...state().leadsWithoutContact, ...state().contacts.flatMap((contact) => contact.leads)];
const cases: Case[] = [
  {
    name: 'ensureContact',
    path: '/api/v4/contacts',
    list: /^\/api\/v4\/contacts$/,
    effect: 'contact',
    commands: (call) => [call.contact()],
    count: () => state().contacts.length,
  },
  {
    name: 'createDeal',
    path: '/api/v4/leads',
    list: /^\/api\/v4\/leads$/,
    effect: 'deal',
    commands: (call) => [call.deal({ after: [] })],
    count: () => leads().length,
  },
  {
    name: 'ensureContact with createDeal',
    path: '/api/v4/leads/complex',
    list: /^\/api\/v4\/leads$/,
    effect: 'deal',
    commands: (call) => [call.contact(), call.deal()],
    count: () => leads().length + state().contacts.length - 1,
  },
  {
    name: 'createTask',
    path: '/api/v4/tasks',
    list: /^\/api\/v4\/tasks$/,
    effect: 'task.answered',
    commands: (call) => [call.task()],
    count: () => world.emulator.control.portal().store.tasks.size,
  },
  {
    name: 'createUnsorted (incoming)',
    path: '/api/v4/leads/unsorted/sip',
    list: /^\/api\/v4\/leads\/unsorted$/,
    effect: 'unsorted',
    commands: (call) => [call.unsorted('in')],
    count: () => state().unsorted.length,
  },
  {
    name: 'createUnsorted (outgoing)',
    path: '/api/v4/leads/unsorted/forms',
    list: /^\/api\/v4\/leads\/unsorted$/,
    effect: 'unsorted',
    commands: (call) => [call.unsorted('out')],
    count: () => state().unsorted.length,
  },
  {
    name: 'addCallNote',
    path: '/api/v4/contacts/notes',
    list: /^\/api\/v4\/contacts\/(\d+\/)?notes$/,
    effect: 'note',
    commands: (call) => [call.contact(), call.note(1, null, { after: ['contact'] })],
    count: () => state().contacts.flatMap((contact) => contact.notes).length,
  },
];

/**
 * Looks between the first write and the second, begun when the first must have taken effect if it ever does (R17). The
 * writer's D is by Postgres's clock, of which it takes new readings on the way, the log's is another: half of D is slack.
 */
function looksAfterD({ path, list }: Case): string[] {
  const log = world.emulator.control.requests();
  const [first, second] = log.filter((each) => each.method === 'POST' && each.path === path);
  if (first === undefined || second === undefined) throw new Error(`${path} was not written twice`);
  return log
    .filter(({ method, seq }) => method === 'GET' && seq > first.seq && seq < second.seq)
    .filter(({ atMs }) => atMs >= first.atMs + visibilityDelayMs / 2)
    .filter((each) => list.test(each.path) && /order\[\w+\]=desc/.test(decodeURIComponent(each.search)))
    .map((each) => each.path);
}

describe('the answer is lost after amoCRM committed', () => {
  it.each(cases)('$name: it is read back, and there is no second write', async (one) => {
    const writer = await world.startKnowingPortal();
    world.fault({ kind: 'lose_answer_after_commit', method: 'POST', path: one.path });
    const call = new Call(world.portalId, '+79161234567');

    await writer.takeCommands.execute(one.commands(call));
    const result = await world.resultOf(call.callId, one.effect);

    expect(result).toMatchObject({ state: 'done', attempts: 1, existed: false });
    expect(result.entities.length).toBeGreaterThan(0);
    expect((await world.results()).filter(({ effect }) => effect === one.effect).map((each) => each.state)).toEqual([
      'in_doubt',
      'done',
    ]);
    expect(one.count()).toBe(1);
    expect(world.writesTo(new RegExp(`^${one.path}$`))).toBe(1);
    expect(world.emulator.control.report()).toMatchObject({ blindResends: [], overLimitWindows: [] });
  });
});

describe('several answers are lost', () => {
  it('and one of the lists that would show them is refused: the others are looked at, and stayed in doubt', async () => {
    const writer = await world.startKnowingPortal();
    for (const path of ['/api/v4/contacts', '/api/v4/tasks']) {
      world.fault({ kind: 'lose_answer_after_commit', method: 'POST', path });
    }
    const [one, other] = [new Call(world.portalId, '+79161234567'), new Call(world.portalId, '+79161234568')];
    await writer.takeCommands.execute([one.contact(), other.task()]);
    const areInDoubt = async () => (await world.results()).filter(({ state: is }) => is === 'in_doubt').length === 2;
    await world.until(areInDoubt);
    await world.stopWriters();
    await sleep(visibilityDelayMs + 200);
    world.fault({ kind: 'http_error', status: 403, html: false, method: 'GET', path: '/api/v4/contacts', count: null });

    await world.startWriter();
    await world.resultOf(other.callId, 'task.answered');
    expect((await world.results()).filter(({ callId }) => callId === one.callId).at(-1)).toMatchObject({
      state: 'in_doubt',
    });
  });
});

describe('the answer is a 500', () => {
  it.each(cases)(
    '$name: not applied, it is looked for until D has passed, then sent exactly once more',
    async (one) => {
      const writer = await world.startKnowingPortal();
      world.fault({ kind: 'http_error', status: 500, applied: false, method: 'POST', path: one.path });
      const call = new Call(world.portalId, '+79161234567');

      await writer.takeCommands.execute(one.commands(call));
      const result = await world.resultOf(call.callId, one.effect);

      expect(result).toMatchObject({ state: 'done', attempts: 2 });
      expect(one.count()).toBe(1);
      expect(world.writesTo(new RegExp(`^${one.path}$`))).toBe(2);
      expect(world.emulator.control.report()).toMatchObject({ blindResends: [], overLimitWindows: [] });
      expect(looksAfterD(one)).not.toEqual([]);
    },
  );

  it('applied all the same: it is found, and not sent again', async () => {
    const writer = await world.startKnowingPortal();
    world.fault({ kind: 'http_error', status: 504, applied: true, method: 'POST', path: '/api/v4/contacts' });
    const call = new Call(world.portalId, '+79161234567');

    await writer.takeCommands.execute([call.contact()]);
    const result = await world.resultOf(call.callId, 'contact');

    expect(result.attempts).toBe(1);
    expect(state().contacts).toHaveLength(1);
  });

  it('in the middle of a reading: the call waits and is written when amoCRM answers again', async () => {
    const writer = await world.startKnowingPortal();
    world.fault({ kind: 'http_error', status: 500, method: 'GET', path: '/api/v4/companies', count: 2 });
    const call = new Call(world.portalId, '+79161234567');

    await writer.takeCommands.execute([call.contact()]);
    await world.resultOf(call.callId, 'contact', (result) => result.reason === 'server_error');
    await world.resultOf(call.callId, 'contact');

    expect(state().contacts).toHaveLength(1);
  });
});

describe('the update of a note is lost after amoCRM committed', () => {
  it('is read back, and the note is not patched again', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, '+79161234567');
    await writer.takeCommands.execute([call.contact(), call.note(1, null, { after: ['contact'] })]);
    await world.resultOf(call.callId, 'note');
    world.fault({ kind: 'lose_answer_after_commit', method: 'PATCH', path: '/api/v4/contacts/notes' });

    await writer.takeCommands.execute([call.note(2, 'https://records.example/1.mp3', { after: ['contact'] })]);
    const result = await world.resultOf(
      call.callId,
      'note',
      ({ revision, state: is }) => revision === 2 && is === 'done',
    );

    expect(result.attempts).toBe(2);
    const [contact] = state().contacts;
    expect(contact?.notes).toHaveLength(1);
    expect(contact?.notes[0]?.params).toMatchObject({ link: 'https://records.example/1.mp3' });
    expect(world.writesTo(/\/notes$/)).toBe(2);
  });
});
