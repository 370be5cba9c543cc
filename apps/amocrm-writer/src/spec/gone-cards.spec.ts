import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CrmResult } from '@perezvon/contracts';
import { contactWith } from './account.js';
import { Call } from './commands.js';
import { World } from './world.js';

/** People merge and delete cards while calls wait: each command finds the card's new home, or what the rules say without it. */
let world: World;
beforeEach(async () => {
  world = await World.open({ emulator: { settings: { listingLagMs: 0 } } });
});
afterEach(() => world.close());

const phone = '+79161234567';
const store = () => world.emulator.control.portal().store;
const newest = (type: 'contacts' | 'companies' | 'leads'): number => [...store()[type].values()].at(-1)?.id ?? 0;
const standing = (type: 'contacts' | 'leads') => [...store()[type].values()].filter(({ is_deleted }) => !is_deleted);
const notes = () => [...store().notes.values()].filter(({ note_type }) => note_type === 'call_in');
const tasks = () => [...store().tasks.values()];
const remove = (type: string, id: number) => world.control('portal/cards/delete', { type, id });
const byPerson = async (type: 'contacts' | 'companies'): Promise<number> => {
  await world.byHand(`/api/v4/${type}`, [contactWith(phone)]);
  return newest(type);
};
const isSettled = ({ state }: CrmResult) => state === 'done' || state === 'parked';
const settled = (call: Call, effect: CrmResult['effect']) => world.resultOf(call.callId, effect, isSettled);

/** Contacts and the company of a deal, read without a request: one more in the writer's second would be refused. */
function linkedTo(leadId: number | undefined): number[] {
  const lead = store().leads.get(leadId ?? 0);
  return [...(lead?.contacts ?? []).map(({ id }) => id), ...(lead?.company_id == null ? [] : [lead.company_id])];
}

/** given: a call that made its contact and its deal. */
async function calledOnce(): Promise<{ call: Call; contactId: number; leadId: number }> {
  const writer = await world.startKnowingPortal();
  const call = new Call(world.portalId, phone);
  await writer.takeCommands.execute([call.contact(), call.deal()]);
  await world.resultOf(call.callId, 'deal');
  await world.stopWriters();
  return { call, contactId: newest('contacts'), leadId: newest('leads') };
}

describe('a contact that was merged away after the call made it', () => {
  it('given the merge, when the note and the task are owed, then they stand with the card that remains, and nothing is made', async () => {
    const { call, contactId, leadId } = await calledOnce();
    const winner = await byPerson('contacts');
    await world.control('portal/cards/merge', { type: 'contacts', fromId: contactId, intoId: winner });
    await remove('leads', leadId);

    const writer = await world.startWriter();
    await writer.takeCommands.execute([call.note(), call.task()]);
    expect(await settled(call, 'note')).toMatchObject({ state: 'done' });
    expect(await settled(call, 'task.answered')).toMatchObject({ state: 'done' });
    expect(notes()).toMatchObject([{ entity_type: 'contacts', entity_id: winner }]);
    expect(tasks()).toMatchObject([{ entity_type: 'contacts', entity_id: winner }]);
    expect(standing('contacts').map(({ id }) => id)).toEqual([winner]);
  }, 60_000);

  it('given the merge, when the client calls again, then the winner gets the deal', async () => {
    const { contactId, leadId } = await calledOnce();
    const winner = await byPerson('contacts');
    await world.control('portal/cards/merge', { type: 'contacts', fromId: contactId, intoId: winner });
    await remove('leads', leadId);

    const writer = await world.startWriter();
    const again = new Call(world.portalId, phone);
    await writer.takeCommands.execute([again.contact(), again.deal()]);
    expect(await settled(again, 'deal')).toMatchObject({ state: 'done' });
    expect(standing('contacts').map(({ id }) => id)).toEqual([winner]);
    expect(standing('leads')).toHaveLength(1);
    expect(linkedTo(standing('leads')[0]?.id)).toEqual([winner]);
  }, 60_000);
});

describe('a card that is gone between our look and our write', () => {
  /** A person acts at the moment when the intent is committed and nothing has been sent, `times` times. */
  async function actBeforeSending(act: () => Promise<void>, times: number) {
    let left = times;
    return world.startKnowingPortal({
      at: async (point) => {
        if (point !== 'intent_committed' || left === 0) return;
        left -= 1;
        await act();
      },
    });
  }

  it('given one merge, when the note is refused, then it is resolved anew and stands with the winner, once', async () => {
    const loser = await byPerson('contacts');
    const writer = await actBeforeSending(async () => {
      const winner = await byPerson('contacts');
      await world.control('portal/cards/merge', { type: 'contacts', fromId: loser, intoId: winner });
    }, 1);
    const call = new Call(world.portalId, phone);
    await writer.takeCommands.execute([call.note()]);
    expect(await settled(call, 'note')).toMatchObject({ state: 'done' });
    expect(notes()).toMatchObject([{ entity_type: 'contacts', entity_id: newest('contacts') }]);
  }, 60_000);

  it('given a deletion, when the deal is refused, then it is made with a card that stands, or says that there is none', async () => {
    const gone = await byPerson('contacts');
    const writer = await actBeforeSending(() => remove('contacts', gone), 1);
    const call = new Call(world.portalId, phone);
    await writer.takeCommands.execute([call.contact(), call.deal()]);
    expect(await settled(call, 'deal')).toMatchObject({ state: 'done' });
    expect(standing('leads')).toHaveLength(1);
  }, 60_000);

  it('given a card that vanishes each time, when the note is owed, then it is parked with amoCRM’s words after two requests', async () => {
    await byPerson('contacts');
    const writer = await actBeforeSending(async () => {
      const gone = standing('contacts').at(-1)?.id ?? 0;
      await byPerson('contacts');
      await remove('contacts', gone);
    }, Number.POSITIVE_INFINITY);
    const call = new Call(world.portalId, phone);
    await writer.takeCommands.execute([call.note()]);
    const end = await settled(call, 'note');
    expect(end).toMatchObject({ state: 'parked', reason: expect.stringContaining('validation_failed') });
    expect(world.writesTo(/\/notes$/)).toBe(2);
    expect(notes()).toEqual([]);
  }, 60_000);
});

describe('a contact that a person deleted', () => {
  it('given no other card, when its note is owed, then it is skipped, and says why', async () => {
    const { call, contactId, leadId } = await calledOnce();
    await remove('leads', leadId);
    await remove('contacts', contactId);
    const writer = await world.startWriter();
    await writer.takeCommands.execute([call.note()]);
    const end = await world.resultOf(call.callId, 'note', ({ state }) => state !== 'waiting');
    expect(end.reason).toBe('no_card');
    expect(notes()).toEqual([]);
  }, 60_000);

  it('given no other card, when the client calls again, then he is unknown and gets a new one', async () => {
    const { contactId, leadId } = await calledOnce();
    await remove('leads', leadId);
    await remove('contacts', contactId);
    const writer = await world.startWriter();
    const again = new Call(world.portalId, phone);
    await writer.takeCommands.execute([again.contact(), again.deal()]);
    expect(await settled(again, 'deal')).toMatchObject({ state: 'done' });
    expect(standing('contacts')).toHaveLength(1);
    expect(standing('contacts')[0]?.id).not.toBe(contactId);
  }, 60_000);
});

describe('a deal that a person deleted after the call made it', () => {
  it('given the contact stands, when note and task are owed, then they go to the contact (R6)', async () => {
    const { call, contactId, leadId } = await calledOnce();
    await remove('leads', leadId);
    const writer = await world.startWriter();
    await writer.takeCommands.execute([call.note(), call.task()]);
    expect(await settled(call, 'note')).toMatchObject({ state: 'done' });
    expect(await settled(call, 'task.answered')).toMatchObject({ state: 'done' });
    expect(notes()).toMatchObject([{ entity_type: 'contacts', entity_id: contactId }]);
    expect(tasks()).toMatchObject([{ entity_type: 'contacts', entity_id: contactId }]);
    expect(standing('leads')).toEqual([]);
  }, 60_000);
});

describe('a client who is a company only', () => {
  it('given his call, when everything is owed, then deal, note and task are the company’s, and no contact is made (R5)', async () => {
    const companyId = await byPerson('companies');
    const writer = await world.startKnowingPortal();
    const call = new Call(world.portalId, phone);
    await writer.takeCommands.execute([call.contact(), call.deal(), call.note(), call.task()]);
    for (const effect of ['contact', 'deal', 'note', 'task.answered'] as const) {
      expect(await settled(call, effect)).toMatchObject({ state: 'done' });
    }
    expect(standing('contacts')).toEqual([]);
    const [lead] = standing('leads');
    expect(linkedTo(lead?.id)).toEqual([companyId]);
    expect(notes()).toMatchObject([{ entity_type: 'leads', entity_id: lead?.id }]);
    expect(tasks()).toMatchObject([{ entity_type: 'leads', entity_id: lead?.id }]);
  }, 60_000);
});
