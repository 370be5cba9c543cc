import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EffectCommand } from '@perezvon/contracts';
import { Call } from './commands.js';
import type { Writer } from '../writer.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const state = () => world.emulator.control.stableState();
const callsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => new Call(world.portalId, `+7916123${4500 + index}`));
const sizes = (path: RegExp) =>
  world.emulator.control
    .requests()
    .filter((each) => each.method === 'POST' && path.test(each.path))
    .map(({ items }) => items);

/** Stores commands while the integration is off, so that all are due in the same moment. */
async function dueTogether(commands: readonly EffectCommand[]): Promise<Writer> {
  const writer = await world.startKnowingPortal();
  await writer.takeSettings.execute([{ document: world.settings({ isActive: false }) }]);
  await writer.takeCommands.execute(commands);
  await writer.takeSettings.execute([{ document: world.settings({ isActive: true }) }]);
  return writer;
}

describe('a backlog', () => {
  it('of new clients goes out as one request per kind: contacts with their deals, notes, tasks', async () => {
    const calls = callsOf(8);
    await dueTogether(
      calls.flatMap((call) => [
        call.contact(),
        call.deal(),
        call.note(1, null, { after: ['contact', 'deal'] }),
        call.task('answered', { after: ['contact', 'deal'] }),
      ]),
    );
    for (const call of calls) await world.resultOf(call.callId, 'task.answered', undefined, 60_000);

    expect(sizes(/complex$/)).toEqual([8]);
    expect(sizes(/\/notes$/).reduce((sum, size) => sum + size, 0)).toBe(8);
    const { contacts } = state();
    expect(contacts).toHaveLength(8);
    expect(contacts.map(({ leads }) => leads.map(({ notes }) => notes.length))).toEqual(contacts.map(() => [1]));
    const tasks = [...world.emulator.control.portal().store.tasks.values()];
    expect(tasks.map(({ entity_type }) => entity_type)).toEqual(tasks.map(() => 'leads'));
    expect(tasks).toHaveLength(8);
    expect(world.emulator.control.report()).toMatchObject({
      blindResends: [],
      overLimitWindows: [],
      unknownFields: [],
    });
  }, 120_000);
});

describe('a batch of which a part was kept before amoCRM broke down', () => {
  it('is resolved item by item: what stands is found, the rest is sent once more', async () => {
    const calls = callsOf(5);
    world.fault({ kind: 'http_error', status: 500, applied: 'partly', method: 'POST', path: '/api/v4/leads/complex' });
    await dueTogether(calls.flatMap((call) => [call.contact(), call.deal()]));
    for (const call of calls) await world.resultOf(call.callId, 'deal', undefined, 60_000);

    expect(state().contacts.map(({ leads }) => leads.length)).toEqual([1, 1, 1, 1, 1]);
    expect(world.emulator.control.report()).toMatchObject({ blindResends: [], overLimitWindows: [] });
  }, 120_000);
});

describe('a batch of notes whose answer is lost', () => {
  it('is looked for in one list of the account, and nothing is sent twice', async () => {
    const known = callsOf(4);
    const writer = await dueTogether(
      known.flatMap((call) => [call.contact(), call.note(1, null, { after: ['contact'] })]),
    );
    for (const call of known) await world.resultOf(call.callId, 'note', undefined, 60_000);
    world.fault({ kind: 'lose_answer_after_commit', method: 'POST', path: '/api/v4/contacts/notes' });
    const calls = callsOf(4);
    const before = world.emulator.control.requests().length;
    await writer.takeCommands.execute(calls.map((call) => call.note()));
    for (const call of calls) await world.resultOf(call.callId, 'note', undefined, 60_000);

    expect(state().contacts.map(({ notes }) => notes.length)).toEqual([2, 2, 2, 2]);
    const since = world.emulator.control.requests().slice(before);
    expect(since.filter(({ path }) => /contacts\/\d+\/notes$/.test(path))).toEqual([]);
    expect(world.emulator.control.report()).toMatchObject({ blindResends: [], overLimitWindows: [] });
  }, 120_000);
});

describe('one item that amoCRM refuses', () => {
  it('is parked in its own words; its company is looked for and sent without it', async () => {
    const calls = callsOf(4);
    const [bad, ...good] = calls.map((call) => call.task());
    if (bad?.intent.kind !== 'create_task') throw new Error('no task');
    await dueTogether([{ ...bad, intent: { ...bad.intent, taskTypeId: 987_654 } }, ...good]);
    const parked = await world.resultOf(bad.callId, 'task.answered', (result) => result.state === 'parked', 60_000);
    for (const { callId } of good) await world.resultOf(callId, 'task.answered', undefined, 60_000);

    expect(parked.reason).toBe('validation_failed: The value you selected is not a valid choice. (task_type_id)');
    expect(sizes(/tasks$/)).toEqual([4, 3]);
    const tasks = [...world.emulator.control.portal().store.tasks.values()];
    expect(tasks.map(({ entity_id }) => entity_id)).toEqual([null, null, null]);
    expect(world.emulator.control.report()).toMatchObject({ blindResends: [], overLimitWindows: [] });
  }, 120_000);
});

describe('a batch that is refused without a word about whom', () => {
  it('is looked for, then halved until the one is alone', async () => {
    const calls = callsOf(4);
    world.fault({ kind: 'http_error', status: 400, method: 'POST', path: '/api/v4/leads/unsorted/sip', html: false });
    await dueTogether(calls.map((call) => call.unsorted()));
    for (const call of calls) await world.resultOf(call.callId, 'unsorted', undefined, 60_000);

    expect(state().unsorted).toHaveLength(4);
    expect(sizes(/sip$/)).toEqual([4, 2, 2]);
    expect(world.emulator.control.report()).toMatchObject({ blindResends: [], overLimitWindows: [] });
  }, 120_000);
});
