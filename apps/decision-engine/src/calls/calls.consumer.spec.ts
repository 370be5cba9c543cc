import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CallEvent } from '@perezvon/contracts';
import { PoisonMessageError, type MessageBatch } from '@perezvon/kafka';
import { EngineBench } from '../testing/engine.js';
import { Alarm } from './alarm.js';
import { CallsConsumer } from './calls.consumer.js';
import { WakeCalls } from './wake-calls.js';

let bench: EngineBench;

beforeEach(async () => {
  bench = await EngineBench.start();
  await bench.publishSettings();
  await bench.publishPortal();
  await bench.answerLookup('+79161234567');
});

afterEach(async () => {
  await bench.database.drop();
});

const batchOf = (events: readonly CallEvent[]): MessageBatch<CallEvent> => ({
  topic: 'calls.v1',
  partition: 0,
  signal: new AbortController().signal,
  messages: events.map((value, i) => ({
    value,
    key: null,
    offset: String(i),
    partition: 0,
    timestampMs: 0,
    headers: {},
    raw: null,
  })),
});

describe('an event that can never be handled', () => {
  it('stopped its whole partition, and with it other accounts: it is parked and its neighbours are decided', async () => {
    const consumer = new CallsConsumer(bench.process());
    const nul = bench.missedCall({ call_id: 'nul\u0000id' });
    const events = [...nul, ...bench.missedCall({ call_id: 'neighbour' })];

    const failure: unknown = await consumer.handle(batchOf(events)).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(PoisonMessageError);
    expect((failure as PoisonMessageError).poisoned.map((p) => p.offset)).toEqual(['0', '1']);
    expect(await bench.wanted()).toEqual(['unsorted', 'note']);
  });

  it('is the matter of its own partition: what another one brings at the same moment is committed without it', async () => {
    const consumer = new CallsConsumer(bench.process());
    const [bad, good] = await Promise.allSettled([
      consumer.handle(batchOf(bench.missedCall({ call_id: 'nul\u0000id' }))),
      consumer.handle(batchOf(bench.missedCall({ call_id: 'neighbour' }))),
    ]);
    expect(bad).toMatchObject({ reason: expect.any(PoisonMessageError) as unknown });
    expect(good.status).toBe('fulfilled');
    expect(await bench.wanted()).toEqual(['unsorted', 'note']);
  });

  it('kept every due call asleep: it is put off for an hour and named', async () => {
    await bench.process().withEvents(bench.missedCall());
    await bench.database.dataSource.query(
      `update calls set wake_at = $1, facts = jsonb_set(facts::jsonb, '{direction}', '"in"')
              , progress = jsonb_set(progress::jsonb, '{promised}', 'null')`,
      [bench.now],
    );
    const told: string[] = [];
    const logger = { warn: () => undefined, error: (_f: object, message: string) => void told.push(message) };
    const waking = new WakeCalls(bench.callsToWake, bench.process(), logger, () => bench.now);
    const alarm = new Alarm(bench.callsToWake, bench.process(), waking, logger, () => bench.now);
    alarm.start();
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await alarm.stop();
    expect(await bench.callsToWake.due(bench.now, 10)).toEqual([]);
  });
});
