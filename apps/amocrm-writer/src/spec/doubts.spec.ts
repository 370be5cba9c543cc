import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { contactWith } from './account.js';
import { accountId, Call } from './commands.js';
import { token, World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const phone = '+79161234567';
const store = () => world.emulator.control.portal().store;
const callNotes = () => [...store().notes.values()].filter(({ note_type }) => note_type === 'call_in');
const sql = <Row>(text: string, parameters: unknown[] = []): Promise<Row[]> =>
  world.database.dataSource.query<Row[]>(text, parameters);

/** Once, when a request has been answered, or has not. */
const once = (act: () => Promise<void>) => {
  let left = 1;
  return async (point: string): Promise<void> => {
    if (point === 'answered' && left-- > 0) await act();
  };
};

describe('a note whose answer was lost', () => {
  it('was told as done by the note of another call with the same id, and was never written', async () => {
    const values = [phone, '+79161234568'].map((value) => ({ value, enum_code: 'MOB' }));
    await world.byHand('/api/v4/contacts', [
      contactWith(phone, { custom_fields_values: [{ field_code: 'PHONE', values }] }),
    ]);
    const writer = await world.startKnowingPortal();
    world.fault({ kind: 'lose_answer_after_commit', method: 'POST', path: '/api/v4/contacts/notes' });
    world.fault({ kind: 'http_error', status: 500, applied: false, method: 'POST', path: '/api/v4/contacts/notes' });
    const calls = [new Call(world.portalId, phone), new Call(world.portalId, '+79161234568')];
    for (const [index, call] of calls.entries()) {
      await writer.takeCommands.execute([call.note(1, null, { pbxCallId: 'same' })]);
      await world.until(() => world.writesTo(/notes$/) > index);
    }
    for (const { callId } of calls) await world.resultOf(callId, 'note');
    expect(callNotes()).toHaveLength(2);
  }, 60_000);

  it('was written again when its card was merged into another one, which took the note along', async () => {
    await world.byHand('/api/v4/contacts', [contactWith('+79160000001'), contactWith(phone)]);
    const loser = [...store().contacts.values()].at(-1)?.id;
    let merge = (): Promise<void> => Promise.resolve();
    const writer = await world.startKnowingPortal({ at: (point) => (point === 'answered' ? merge() : undefined) });
    const before = new Call(world.portalId, '+79160000001');
    await writer.takeCommands.execute([before.note()]);
    await world.resultOf(before.callId, 'note');

    merge = async () => {
      merge = () => Promise.resolve();
      await world.byHand('/api/v4/contacts', [contactWith(phone)]);
      const winner = [...store().contacts.values()].at(-1)?.id;
      await world.control('portal/cards/merge', { type: 'contacts', fromId: loser, intoId: winner });
    };
    world.fault({ kind: 'lose_answer_after_commit', method: 'POST', path: '/api/v4/contacts/notes' });
    const call = new Call(world.portalId, phone);
    await writer.takeCommands.execute([call.note()]);
    await world.resultOf(call.callId, 'note');
    expect(callNotes().filter(({ params }) => params?.['uniq'] === call.pbxCallId)).toHaveLength(1);
  }, 60_000);
});

describe('a deal whose answer was lost, and with it our field was deleted', () => {
  it('was made a second time: a look cannot find what has lost its marker, so a person is asked', async () => {
    const writer = await world.startKnowingPortal({
      at: once(async () => {
        const answer = await fetch(`${world.emulator.url}/api/v4/leads/custom_fields`, {
          headers: { authorization: `Bearer ${token}` },
        });
        const fields = (await answer.json()) as { _embedded: { custom_fields: { id: number; code: string }[] } };
        const ours = fields._embedded.custom_fields.find(({ code }) => code === 'PEREZVON_ID');
        await world.byHand(`/api/v4/leads/custom_fields/${String(ours?.id)}`, {}, 'DELETE');
      }),
    });
    world.fault({ kind: 'lose_answer_after_commit', method: 'POST', path: '/api/v4/leads' });
    const call = new Call(world.portalId, phone);
    await writer.takeCommands.execute([call.deal({ after: [] })]);
    const parked = await world.resultOf(call.callId, 'deal', ({ state }) => state === 'parked');
    expect(parked.reason).toMatch(/^marker_field_deleted/);
    expect(store().leads.size).toBe(1);
  }, 60_000);
});

describe('two portals of one amoCRM account', () => {
  async function startWithTwo(settings = {}) {
    const otherId = randomUUID();
    await world.credentials.putLongLivedToken(otherId, accountId, token);
    const writer = await world.startWriter({ settings });
    await writer.takeSettings.execute([{ document: world.settings({ portalIds: [world.portalId, otherId] }) }]);
    const areRead = async () =>
      new Set((await world.portalMessages()).flatMap((one) => (one.readAt ? one.portalId : [])));
    await world.until(async () => (await areRead()).size === 2);
    return { writer, otherId };
  }

  it('had a probe each when amoCRM blocked the account', async () => {
    const { writer, otherId } = await startWithTwo({ probes: { blockedMs: 2_000, otherMs: 2_000 } });
    world.emulator.control.portal().limiter.block();
    const call = new Call(otherId, phone);
    await writer.takeCommands.execute([call.contact()]);
    await world.resultOf(call.callId, 'contact', ({ reason }) => reason === 'blocked');
    const before = world.emulator.control.requests().length;
    await world.until(async () =>
      (await sql<{ stop_count: number }>('select stop_count from portal')).every((row) => row.stop_count > 1),
    );
    expect(world.emulator.control.requests().length - before).toBe(1);
  }, 60_000);

  it('paused both for ever when the address of one of them had left the allow-list and its connection was tested', async () => {
    const { writer, otherId } = await startWithTwo();
    await sql(`update portal set url = 'https://elsewhere.example' where portal_id = $1`, [world.portalId]);
    expect((await writer.testPortal.execute(world.portalId))?.checks).toMatchObject([
      { code: 'reachable', outcome: 'failed', reason: 'not_found' },
    ]);
    const call = new Call(otherId, phone);
    await writer.takeCommands.execute([call.contact()]);
    await world.resultOf(call.callId, 'contact');
    expect(await sql('select failures from lane')).toEqual([{ failures: 0 }]);
  }, 60_000);
});
