import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Call } from './commands.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const phone = '+79161234567';
const tasks = () => [...world.emulator.control.portal().store.tasks.values()];

describe('a task', () => {
  it("stands at the call's deal, for the responsible of the card, with time left to do it", async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, phone);
    const writtenAfter = Date.now();
    await writer.takeCommands.execute([
      call.contact(),
      call.deal(),
      call.task('missed', { after: ['contact', 'deal'] }),
    ]);
    const result = await world.resultOf(call.callId, 'task.missed');

    const [task] = tasks();
    expect(tasks()).toHaveLength(1);
    expect(task).toMatchObject({ entity_type: 'leads', responsible_user_id: 101, text: `Обработать звонок: ${phone}` });
    // The call ended days ago: R6 still leaves 15 minutes.
    expect((task?.complete_till ?? 0) * 1000).toBeGreaterThanOrEqual(writtenAfter + 15 * 60_000 - 1_000);
    expect(result.entities).toEqual([{ type: 'task', id: task?.id }]);
  });

  it('of a client without a card stands alone', async () => {
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, phone);
    await writer.takeCommands.execute([call.task()]);
    const result = await world.resultOf(call.callId, 'task.answered');
    expect(tasks()[0]).toMatchObject({ entity_id: null, entity_type: null });
    expect(result.reasons?.map(({ code }) => code)).toContain('task_stands_alone');
  });

  it('is not taken for that of another call which wants the same, word for word, when its answer is lost', async () => {
    const writer = await world.startKnowingPortal();
    const [first, second] = [new Call(world.portalId, phone), new Call(world.portalId, phone)];
    // The term lies ahead, so that both ask for the very same one.
    const wanted = (call: Call) => {
      const task = call.task();
      if (task.intent.kind !== 'create_task') throw new Error('not a task');
      return { ...task, intent: { ...task.intent, callEndedAt: '2100-01-01T00:00:00.000Z' } };
    };
    await writer.takeCommands.execute([wanted(first)]);
    await world.resultOf(first.callId, 'task.answered');
    world.fault({ kind: 'http_error', status: 500, applied: false, method: 'POST', path: '/api/v4/tasks' });
    await writer.takeCommands.execute([wanted(second)]);
    const result = await world.resultOf(second.callId, 'task.answered');

    expect(result.attempts).toBe(2);
    expect(tasks()).toHaveLength(2);
  });
});

describe('a call that turns out to be the younger twin of another (R15)', () => {
  it('has what was not sent discarded, also when it arrives later, and what stands told as doubled', async () => {
    const writer = await world.startKnowingPortal();
    const [older, younger] = [new Call(world.portalId, phone), new Call(world.portalId, phone)];
    await writer.takeCommands.execute([younger.contact()]);
    await world.resultOf(younger.callId, 'contact');
    await writer.takeSettings.execute([{ document: world.settings({ isActive: false }) }]);
    await writer.takeCommands.execute([younger.note()]);

    await writer.takeCommands.execute([younger.cancel(older, ['contact', 'note', 'task.answered'])]);
    await writer.takeCommands.execute([younger.task(), younger.note(2, 'https://records.example/1.mp3')]);
    await writer.takeSettings.execute([{ document: world.settings({ isActive: true }) }]);

    const discarded = ({ state }: { state: string }) => state === 'discarded';
    expect(await world.resultOf(younger.callId, 'contact', ({ reason }) => reason === 'doubled')).toMatchObject({
      state: 'done',
    });
    expect(await world.resultOf(younger.callId, 'note', discarded)).toMatchObject({ reason: 'joined_older_call' });
    expect(await world.resultOf(younger.callId, 'task.answered', discarded)).toMatchObject({
      reason: 'joined_older_call',
    });
    expect(tasks()).toEqual([]);
    expect(world.emulator.control.stableState().contacts[0]?.notes).toEqual([]);
  });
});
