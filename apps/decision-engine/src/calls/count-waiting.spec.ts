import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metrics } from '@perezvon/service';
import { waitingCalls } from '@perezvon/contracts';
import { EngineBench } from '../testing/engine.js';
import { INTERNAL_KEY, startRoutingDoor } from '../testing/routing-door.js';
import { WaitingMetrics } from './waiting-metrics.js';

let bench: EngineBench;

beforeEach(async () => {
  bench = await EngineBench.start();
});

afterEach(async () => {
  await bench.database.drop();
});

/** One call that waits for each thing: amoCRM's answer, the PBX's record, the settings of its account. */
async function waitForEachThing(): Promise<void> {
  const { accountId } = bench;
  await bench.publishSettings();
  await bench.publishPortal();
  await bench.process().withEvents(bench.answeredCall({ call_id: 'of-a-stranger' }));
  const known = { client: { raw: '79160000000', e164: '+79160000000', kind: 'e164' } } as const;
  await bench.answerLookup('+79160000000', [bench.contact(1)]);
  const hinted = { call_id: 'hinted', outcome: 'missed', outcome_detail: 'inferred', talk_sec: 0, ...known } as const;
  await bench.process().withEvents([bench.event('call.started', 0, hinted), bench.event('call.ended', 30, hinted)]);
  bench.accountId = 'not-known-yet';
  await bench.process().withEvents(bench.missedCall({ call_id: 'early' }));
  bench.accountId = accountId;
}

const text = async () => {
  const metrics = new Metrics('spec');
  await new WaitingMetrics(metrics, bench.database.dataSource).refresh();
  return metrics.text();
};

describe('calls that wait', () => {
  it('are counted by what they wait for, with the age of the oldest', async () => {
    await waitForEachThing();
    const shown = await text();
    for (const state of ['awaiting_client', 'awaiting_record', 'awaiting_settings']) {
      expect(shown).toContain(`decision_engine_waiting_calls{state="${state}",service="spec"} 1`);
      expect(shown).toMatch(
        new RegExp(`decision_engine_waiting_oldest_seconds\\{state="${state}",service="spec"\\} [1-9]`),
      );
    }
    expect(shown).toContain(`decision_engine_waiting_calls{state="awaiting_portal",service="spec"} 0`);
  });

  it('are seen to have ended', async () => {
    await waitForEachThing();
    const metrics = new Metrics('spec');
    const waiting = new WaitingMetrics(metrics, bench.database.dataSource);
    await waiting.refresh();
    await bench.answerLookup('+79161234567');
    await waiting.refresh();
    expect(await metrics.text()).toContain('decision_engine_waiting_calls{state="awaiting_client",service="spec"} 0');
  });

  it('are told of one account to the other services, and to nobody else', async () => {
    await waitForEachThing();
    const door = await startRoutingDoor(bench.database.dataSource);
    try {
      const ask = (accountId: string, key: string) =>
        fetch(`${door.url}/internal/v1/accounts/${accountId}/waiting`, { headers: { authorization: `Bearer ${key}` } });
      const { waiting } = waitingCalls.parse(await (await ask(bench.accountId, INTERNAL_KEY)).json());
      expect(waiting).toMatchObject([
        { state: 'awaiting_client', count: 1 },
        { state: 'awaiting_record', count: 1 },
      ]);
      expect((await ask(bench.accountId, 'somebody-else-his-key')).status).toBe(401);
    } finally {
      await door.stop();
    }
  });
});
