import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { contactWith, fillAccount, phoneOf } from './account.js';
import { accountId, Call } from './commands.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open({ emulator: { settings: { listingLagMs: 0 } } });
});
afterEach(() => world.close());

const reading = { settings: { mirrorMonths: 24 } };
const sql = <Row>(text: string): Promise<Row[]> => world.database.dataSource.query<Row[]>(text);
const store = () => world.emulator.control.portal().store;
/** Requests of the first read, which goes by id. */
const pagesOfContacts = () =>
  world.emulator.control
    .requests()
    .filter(({ path, search }) => path === '/api/v4/contacts' && decodeURIComponent(search).includes('order[id]'));
const isComplete = async () => (await world.portalMessages()).at(-1)?.mirror?.isComplete === true;
/** The newest word on each phone. */
const told = async () => {
  const clients = (await world.clientMessages()).filter(({ origin }) => origin === 'mirror');
  return new Map(clients.map(({ phone, cards }) => [phone, cards]));
};
/** An increment that a clock would bring ten minutes later. */
async function readChangesNow(writer: Awaited<ReturnType<World['startWriter']>>): Promise<void> {
  await sql(`update mirror set next_at = clock_timestamp()`);
  await writer.takeSettings.execute([{ document: world.settings() }]);
}

describe('an account that has just been connected', () => {
  it('is read in the background, and is told as complete when each client of it has been', async () => {
    await fillAccount(world, 600);
    await world.byHand('/api/v4/companies', [contactWith('8 (495) 123-45-67')]);
    const [first] = [...store().contacts.values()];
    await world.byHand('/api/v4/leads', [{ pipeline_id: 3101, _embedded: { contacts: [{ id: first?.id }] } }]);
    const writer = await world.startKnowingPortal(reading);
    await world.until(isComplete);

    const clients = await told();
    expect(clients.size).toBe(601);
    expect(clients.get(phoneOf(0))).toMatchObject([{ type: 'contact', id: first?.id, responsibleUserId: 102 }]);
    expect(clients.get(phoneOf(0))?.[0]?.activeDealUpdatedAt).not.toBeNull();
    expect(clients.get(phoneOf(1))?.[0]?.activeDealUpdatedAt).toBeNull();
    expect(clients.get('+74951234567')).toMatchObject([{ type: 'company' }]);
    expect(await writer.portalStatus.of(world.portalId)).toMatchObject({
      mirror: { isComplete: true, leadMonths: 24 },
    });
    expect(world.emulator.control.report().overLimitWindows).toEqual([]);
  }, 60_000);

  it('goes on where it was left, by another writer too', async () => {
    await fillAccount(world, 1_500);
    const before = await world.startKnowingPortal({ settings: { ...reading.settings, mirrorPaceMs: 200 } });
    await world.until(() => pagesOfContacts().length >= 3);
    await before.stop(5_000);

    await world.startWriter(reading);
    await world.until(isComplete);
    // A page that the stop cut off is read again.
    expect(pagesOfContacts().length).toBeLessThanOrEqual(6 + 1);
    expect((await told()).size).toBe(1_500);
  }, 60_000);

  it('is read without a gap while a card that was read is deleted and moves the others up', async () => {
    await fillAccount(world, 600);
    await world.startKnowingPortal({ settings: { ...reading.settings, mirrorPaceMs: 300 } });
    await world.until(() => pagesOfContacts().length >= 2);
    const newest = [...store().contacts.values()].at(-1);
    if (newest === undefined) throw new Error('no contact');
    store().putContact({ ...newest, is_deleted: true, updated_at: Math.floor(Date.now() / 1000) });
    await world.until(isComplete);

    const [row] = await sql<{ count: number }>('select count(*)::int as count from mirror_card');
    expect(row?.count).toBe(599);
    expect((await told()).size).toBe(599);
  }, 60_000);

  it('does not wait for the copy: a call is written while it is read', async () => {
    await fillAccount(world, 600);
    const writer = await world.startKnowingPortal({ settings: { ...reading.settings, mirrorPaceMs: 300 } });
    const call = new Call(world.portalId, '+79160000001');
    await writer.takeCommands.execute([call.contact()]);
    await world.resultOf(call.callId, 'contact');
    await world.until(isComplete);
    // Made after its page would have been: it is in the copy all the same.
    const [row] = await sql<{ count: number }>('select count(*)::int as count from mirror_card');
    expect(row?.count).toBe(601);
  }, 60_000);
});

describe('a copy that is complete', () => {
  it('follows what people change: who got a number, who lost it, who is gone', async () => {
    await fillAccount(world, 3);
    const writer = await world.startKnowingPortal(reading);
    await world.until(isComplete);
    const [gone, renamed] = [...store().contacts.values()];
    if (gone === undefined || renamed === undefined) throw new Error('no contacts');
    await world.byHand('/api/v4/contacts', [contactWith('+79160000009')]);
    await world.byHand('/api/v4/contacts', [contactWith('8 916 000-00-08', { id: renamed.id })], 'PATCH');
    store().putContact({ ...gone, is_deleted: true, updated_at: Math.floor(Date.now() / 1000) });
    await readChangesNow(writer);

    await world.until(async () => (await told()).get(phoneOf(0))?.length === 0);
    await world.until(async () => (await told()).get('+79160000009')?.length === 1);
    await world.until(async () => (await told()).get('+79160000008')?.[0]?.id === renamed.id);
    expect((await told()).get(phoneOf(1))).toEqual([]);
  }, 60_000);

  it('unsays what was told of a client before, if nobody has his number any more', async () => {
    const writer = await world.startKnowingPortal({ settings: { mirrorMonths: 0 } });
    const call = new Call(world.portalId, '+79160000001');
    await writer.takeCommands.execute([call.contact()]);
    await world.resultOf(call.callId, 'contact');
    await writer.stop(5_000);
    const [contact] = [...store().contacts.values()];
    if (contact === undefined) throw new Error('no contact');
    store().putContact({ ...contact, is_deleted: true, updated_at: Math.floor(Date.now() / 1000) });

    await world.startWriter(reading);
    await sql(`update lane set wake_at = clock_timestamp()`);
    await world.until(isComplete);
    expect((await told()).get('+79160000001')).toEqual([]);
  }, 60_000);
});

describe('the token of who is no administrator', () => {
  it('reads no copy: it does not see the cards of others', async () => {
    const ordinary = {
      id: 'ordinary',
      secret: 'token-of-an-ordinary-user',
      userId: 102,
      integrationId: 'integration-1',
    };
    await world.control('portal/tokens', ordinary);
    await world.credentials.putLongLivedToken(world.portalId, accountId, ordinary.secret);
    const writer = await world.startKnowingPortal(reading);
    const calls = Array.from({ length: 6 }, (_, n) => new Call(world.portalId, phoneOf(n)));
    await writer.takeCommands.execute(calls.map((call) => call.lookup()));
    await world.until(async () => (await world.clientMessages()).length >= 6);
    expect(pagesOfContacts()).toEqual([]);
  }, 60_000);
});
