import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CrmResult } from '@perezvon/contracts';
import type { MessageBatch } from '@perezvon/kafka';
import { EngineBench } from '../testing/engine.js';
import { ResultsConsumer } from './results.consumer.js';

const PHONE = '+79161234567';

let bench: EngineBench;

beforeEach(async () => {
  bench = await EngineBench.start();
  await bench.publishSettings();
  await bench.publishPortal();
  await bench.answerLookup(PHONE);
  await bench.process().withEvents(bench.answeredCall());
});

afterEach(async () => {
  await bench.database.drop();
});

/** The writer says what became of the contact that the first call wants. */
async function told(state: CrmResult['state']): Promise<void> {
  const contact = (await bench.emitted()).commands.find((c) => c.type === 'effect' && c.effect === 'contact');
  if (contact?.type !== 'effect') throw new Error('no contact was wanted');
  const { accountId, portalId, lane, callId, effect, commandId, revision, phone } = contact;
  const address = { accountId, portalId, lane, callId, effect, commandId, revision, phone };
  const outcome = { entities: [], existed: false, ruleIds: [], reason: null, attempts: 1, at: bench.now.toISOString() };
  const value: CrmResult = { ...address, ...outcome, state };
  const message = { value, key: null, offset: '0', partition: 0, timestampMs: 0, headers: {}, raw: null };
  const signal = new AbortController().signal;
  const batch: MessageBatch<CrmResult> = { topic: 'crm.results.v1', partition: 0, signal, messages: [message] };
  await new ResultsConsumer(bench.database.dataSource).handle(batch);
}

async function cellOfNextCall(): Promise<unknown> {
  await bench.process().withEvents(bench.answeredCall({ call_id: 'next' }));
  return (await bench.emitted()).decisions.at(-1)?.cell;
}

describe('R5: a client this integration is about to create', () => {
  it.each(['waiting', 'sending', 'in_doubt'] as const)('is known to the next call while it is %s', async (state) => {
    await told(state);
    expect(await cellOfNextCall()).toBe('answeredKnown');
  });

  it.each(['done', 'skipped', 'parked', 'discarded'] as const)(
    'is what the directory says once it is %s: a parked one does not stay known for ever',
    async (state) => {
      await told(state);
      expect(await cellOfNextCall()).toBe('answeredUnknown');
    },
  );

  it('is asked about in a complete directory, if its contact is made and its card has not come yet', async () => {
    await bench.publishPortal({ mirror: { isComplete: true, completeBackTo: null, asOf: bench.now.toISOString() } });
    await bench.database.dataSource.query(`update clients set observed_at = now() - interval '1 day'`);
    await told('done');
    await bench.process().withEvents(bench.answeredCall({ call_id: 'next' }));
    expect((await bench.wanted()).at(-1)).toBe('lookup');
  });
});
