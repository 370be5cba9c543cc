import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EffectCommand } from '@perezvon/contracts';
import { createTestDatabase, inTransaction, type TestDatabase } from '@perezvon/postgres';
import { clientMemoryIn } from '../clients/client-memory.js';
import { ClientStore } from '../clients/client-store.js';
import { migrations } from '../migrations/index.js';
import { writerSchema } from '../migrations/schema.js';
import { MirrorStore } from '../mirror/mirror-store.js';
import { accountId, Call } from '../spec/commands.js';
import { Ledger, LeaseLost, type Fence } from './ledger.js';
import { LedgerQueries } from './ledger-queries.js';
import { storeWishes } from './store-wishes.js';

const lane = 'ru:1';
const fence: Fence = { lane, holder: 'me', epoch: '1' };
const silent = { info: () => undefined, warn: () => undefined };
const portalId = randomUUID();
let database: TestDatabase;
let ledger: Ledger;
let queries: LedgerQueries;
const sql = (text: string, parameters: unknown[] = []): Promise<unknown[]> =>
  database.dataSource.query<unknown[]>(text, parameters);

beforeAll(async () => {
  database = await createTestDatabase({ schema: writerSchema, migrations });
  queries = new LedgerQueries(database.dataSource);
  const memoryIn = clientMemoryIn(new ClientStore(database.dataSource), new MirrorStore(database.dataSource));
  ledger = new Ledger(database.dataSource, { visibilityDelayMs: 1_000 }, silent, () => undefined, memoryIn);
}, 60_000);
beforeEach(async () => {
  await sql('truncate account, portal, lane, effect, outbox');
  await sql(`insert into account (account_id, version, is_active) values ($1, 1, true)`, [accountId]);
  await sql(`insert into portal (portal_id, account_id, url, lane) values ($1, $2, 'https://a.amocrm.ru', $3)`, [
    portalId,
    accountId,
    lane,
  ]);
  await sql(
    `insert into lane (lane, holder, epoch, lease_until) values ($1, 'me', 1, clock_timestamp() + interval '1 minute')`,
    [lane],
  );
});
afterAll(() => database.drop());

const store = (...commands: EffectCommand[]) =>
  inTransaction(database.dataSource, (tx) => storeWishes(tx, ledger, commands, Date.now()));
const readyEffects = async () => (await queries.ready(lane, 100)).map(({ command }) => command.effect);
const call = (phone = '+79161234567') => new Call(portalId, phone);

describe('what may be sent', () => {
  it('is the oldest of each client, in the order of arrival', async () => {
    const [first, second, other] = [call(), call(), call('+79161234568')];
    await store(first.note(), second.note(), other.note());
    expect((await queries.ready(lane, 100)).map(({ command }) => command.callId)).toEqual([first.callId, other.callId]);
  });

  it("is first of all what calls that just happened wait for, their clients' older effects included", async () => {
    const backlog = Array.from({ length: 20 }, (_, index) => call(`+791612300${String(index).padStart(2, '0')}`));
    const older = call('+79169999999');
    const live = call('+79169999999');
    const another = call('+79168888888');
    const now = { causedAt: new Date().toISOString() };
    await store(...backlog.map((each) => each.note()), older.note());
    await store(live.note(1, null, now), another.note(1, null, now));
    const ready = (await queries.ready(lane, 3)).map(({ command }) => command.callId);
    expect(ready).toEqual([older.callId, another.callId, ...backlog.slice(0, 3).map(({ callId }) => callId)]);
  });

  it('waits for what its call asked for before it, also when that arrives later', async () => {
    const one = call();
    await store(one.deal());
    expect(await readyEffects()).toEqual([]);
    await store(one.contact());
    expect(await readyEffects()).toEqual(['contact']);
  });

  it('does not wait in a circle when the commands of two calls of one client arrive out of order', async () => {
    const [first, second] = [call(), call()];
    await store(first.note(1, null, { after: ['deal'] }));
    await store(second.contact());
    await store(first.deal({ after: [] }));
    expect(await readyEffects()).toEqual(['contact']);
  });

  it('is not held by a parked effect of another call of the client, but by one of its own', async () => {
    const [parked, next] = [call(), call()];
    await store(parked.contact(), parked.deal(), next.contact());
    const [contact] = await queries.ready(lane, 1);
    const happened = () => ({ what: 'refused' as const, sentUnder: null, reason: 'validation_failed' });
    await ledger.record([{ seq: contact?.seq ?? '', happened }], Date.now());
    expect((await queries.ready(lane, 100)).map(({ command }) => command.callId)).toEqual([next.callId]);
  });

  it('is nothing of an account that is off, a portal that is stopped, or one that is deleted', async () => {
    await store(call().contact());
    await sql(`update account set is_active = false`);
    expect(await readyEffects()).toEqual([]);
    await sql(`update account set is_active = true`);
    expect(await readyEffects()).toEqual(['contact']);
    await sql(`update portal set stop_reason = 'unpaid'`);
    expect(await readyEffects()).toEqual([]);
    await sql(`update portal set stop_reason = null, deleted_at = clock_timestamp()`);
    expect(await readyEffects()).toEqual([]);
  });
});

describe('an intent', () => {
  it('is committed only while the lane is held', async () => {
    await store(call().contact());
    const [effect] = await queries.ready(lane, 1);
    if (effect === undefined) throw new Error('nothing is ready');
    const intents = [{ effect, learnt: { sent: { kind: 'contact' as const, highWater: 0, revision: 1 } } }];

    await expect(ledger.commitIntents({ ...fence, epoch: '2' }, intents, Date.now())).rejects.toThrow(LeaseLost);
    await sql(`update lane set lease_until = clock_timestamp() - interval '1 second'`);
    await expect(ledger.commitIntents(fence, intents, Date.now())).rejects.toThrow(LeaseLost);
    await sql(`update lane set lease_until = clock_timestamp() + interval '1 minute'`);
    const [sending] = await ledger.commitIntents(fence, intents, Date.now());

    expect(sending).toMatchObject({ state: { is: 'sending', epoch: 1 }, attempts: 1 });
    expect(await readyEffects()).toEqual([]);
  });

  it('of an older epoch is taken over as a doubt, one of the current epoch is not', async () => {
    await store(call().contact());
    const effects = await queries.ready(lane, 1);
    const intents = effects.map((effect) => ({ effect, learnt: {} }));
    await ledger.commitIntents(fence, intents, Date.now());
    expect(await ledger.takeOver(lane, '1', Date.now(), Date.now())).toBe(0);
    expect(await ledger.takeOver(lane, '2', Date.now(), Date.now())).toBe(1);
    expect(await sql('select state from effect')).toEqual([{ state: 'in_doubt' }]);
  });
});

describe('a discarded effect', () => {
  it('takes with it what depends on it, and tells of each', async () => {
    const one = call();
    await store(one.contact(), one.deal(), one.note(1, null, { after: ['contact', 'deal'] }));
    const [contact] = await queries.ready(lane, 1);
    await inTransaction(database.dataSource, (tx) =>
      ledger.discard(tx, contact?.seq ?? '', { reason: 'by_operator' }, Date.now()),
    );
    expect(await sql('select distinct state from effect')).toEqual([{ state: 'discarded' }]);
    expect(await sql('select 1 from outbox')).toHaveLength(3);
  });
});

describe('a command that comes again', () => {
  it('changes nothing, however often and in whatever company', async () => {
    const one = call();
    await store(one.contact(), one.contact(), one.deal());
    await store(one.contact(), one.deal());
    expect(await sql('select 1 from effect')).toHaveLength(2);
  });
});
