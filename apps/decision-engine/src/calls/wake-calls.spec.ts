import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client, Portal, Settings } from '@perezvon/contracts';
import type { MessageBatch } from '@perezvon/kafka';
import { ClientsConsumer } from '../directory/clients.consumer.js';
import { PortalsConsumer } from '../settings/portals.consumer.js';
import { SettingsConsumer } from '../settings/settings.consumer.js';
import { EngineBench } from '../testing/engine.js';
import { WakeCalls } from './wake-calls.js';

let bench: EngineBench;
/** Another account of the same engine, with a cell that no rule can be followed by: on, and without a pipeline. */
let broken: EngineBench;
let named: object[];
let wakeCalls: WakeCalls;

beforeEach(async () => {
  bench = await EngineBench.start();
  broken = bench.neighbour();
  named = [];
  const logger = { error: (fields: object) => void named.push(fields) };
  wakeCalls = new WakeCalls(bench.callsToWake, bench.process(), logger, () => bench.now);
});
afterEach(async () => {
  await bench.database.drop();
});

const brokenSettings = () =>
  broken.settings(({ incoming }) => {
    incoming.cells.answeredUnknown = { enabled: true, action: 'create_contact_and_deal' };
  });

function batchOf<T>(topic: string, values: readonly T[]): MessageBatch<T> {
  const rest = { key: 'key', offset: '0', partition: 0, timestampMs: 0, headers: {}, raw: null };
  return {
    topic,
    partition: 0,
    signal: new AbortController().signal,
    messages: values.map((value) => ({ ...rest, value })),
  };
}

async function expectOnlyTheBrokenOneWaits(): Promise<void> {
  const rows: { account_id: string; decided: boolean; put_off: boolean }[] = await bench.database.dataSource.query(
    `select account_id, state = 'decided' as decided, put_off_until is not null as put_off from calls order by pbx_call_id`,
  );
  expect(rows).toEqual([
    { account_id: broken.accountId, decided: false, put_off: true },
    { account_id: bench.accountId, decided: true, put_off: false },
  ]);
  expect(named).toMatchObject([{ err: { name: 'IncompleteCell' } }]);
}

describe('settings of one account that no rule can be followed by kept the calls of all accounts waiting', () => {
  const call = (of: EngineBench, name: string) => of.process().withEvents(of.answeredCall({ call_id: name }));
  const PHONE = '+79161234567';

  it('for amoCRM’s answer', async () => {
    for (const [account, settings] of [
      [bench, bench.settings()],
      [broken, brokenSettings()],
    ] as const) {
      await account.publishSettings(settings);
      await account.publishPortal();
    }
    await call(broken, 'a');
    await call(bench, 'b');
    const seen = [broken, bench].map(({ lane }): Client => ({
      ...{ lane, phone: PHONE, cards: [], asOf: bench.now.toISOString(), origin: 'lookup' },
    }));
    const consumer = new ClientsConsumer(bench.database.dataSource, bench.callsToWake, wakeCalls);
    await consumer.handle(batchOf<Client | null>('crm.clients.v1', seen));
    await expectOnlyTheBrokenOneWaits();
  });

  it('for their portal', async () => {
    for (const account of [bench, broken]) {
      await account.publishPortal();
      await account.answerLookup(PHONE);
      await account.publishPortal({ lane: null });
    }
    await bench.publishSettings();
    await broken.publishSettings(brokenSettings());
    await bench.database.dataSource.query('update portals set lane = null');
    await call(broken, 'a');
    await call(bench, 'b');
    const consumer = new PortalsConsumer(bench.database.dataSource, bench.callsToWake, wakeCalls);
    await consumer.handle(batchOf<Portal | null>('crm.portals.v1', [broken.portal(), bench.portal()]));
    await expectOnlyTheBrokenOneWaits();
  });

  it('for their settings', async () => {
    for (const account of [bench, broken]) {
      await account.publishPortal();
      await account.answerLookup(PHONE);
    }
    await call(broken, 'a');
    await call(bench, 'b');
    const consumer = new SettingsConsumer(bench.database.dataSource, bench.callsToWake, wakeCalls);
    await consumer.handle(batchOf<Settings | null>('settings.v1', [brokenSettings(), bench.settings()]));
    await expectOnlyTheBrokenOneWaits();
  });
});
