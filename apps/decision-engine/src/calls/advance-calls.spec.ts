import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inTransaction } from '@perezvon/postgres';
import { rememberUnseen, settleCreations } from '../directory/client-directory.js';
import { EngineBench } from '../testing/engine.js';

const PHONE = '+79161234567';

let bench: EngineBench;

beforeEach(async () => {
  bench = await EngineBench.start();
});

afterEach(async () => {
  await bench.database.drop();
});

const ready = async () => {
  await bench.publishSettings();
  await bench.publishPortal();
};

describe('a call of an unknown client', () => {
  it('asks amoCRM once, waits for the answer, then wants contact, deal and note', async () => {
    await ready();
    for (const event of bench.answeredCall()) await bench.process().withEvents([event]);
    expect(await bench.wanted()).toEqual(['lookup']);

    await bench.answerLookup(PHONE);
    expect(await bench.wanted()).toEqual(['lookup', 'contact', 'deal', 'note']);
  });

  it('wants an unsorted record when it was missed', async () => {
    await ready();
    await bench.process().withEvents(bench.missedCall());
    await bench.answerLookup(PHONE);
    expect(await bench.wanted()).toEqual(['lookup', 'unsorted', 'note']);
    expect((await bench.emitted()).decisions.at(-1)).toMatchObject({ cell: 'missedUnknown', moment: 'end' });
  });

  it('changes nothing when its events are delivered again, in any grouping', async () => {
    await ready();
    const events = bench.answeredCall();
    await bench.process().withEvents(events);
    await bench.answerLookup(PHONE);
    const first = await bench.emitted();
    await bench.process().withEvents([...events, ...events].reverse());
    for (const event of events) await bench.process().withEvents([event]);
    await bench.answerLookup(PHONE);
    expect(await bench.emitted()).toEqual(first);
  });

  it('is promised once when two processes take the same events at the same moment', async () => {
    await ready();
    await bench.answerLookup(PHONE);
    const calls = Array.from({ length: 20 }, (_, i) => bench.answeredCall({ call_id: `race-${i}` }));
    const deliver = (events: typeof calls) => bench.process().withEvents(events.flat());
    await Promise.all([deliver(calls), deliver([...calls].reverse()), deliver(calls)]);
    const wanted = (await bench.emitted()).commands.filter((c) => c.type === 'effect');
    const keys = wanted.map((c) => `${c.callId} ${c.effect} ${c.revision}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(wanted.filter((c) => c.effect === 'contact')).toHaveLength(1);
    expect(wanted.filter((c) => c.effect === 'note')).toHaveLength(20);
  });
});

describe('R5: a client this integration is about to create', () => {
  const second = { call_id: 'second' };

  it('is known to the next call from that number', async () => {
    await ready();
    await bench.process().withEvents(bench.answeredCall());
    await bench.answerLookup(PHONE);
    await bench.process().withEvents(bench.answeredCall(second));
    const { decisions } = await bench.emitted();
    expect(decisions.map((d) => d.cell)).toEqual(['answeredUnknown', 'answeredKnown']);
    expect(await bench.wanted()).toEqual(['lookup', 'contact', 'deal', 'note', 'note']);
  });

  it('is asked for again once the writer has settled it', async () => {
    await ready();
    await bench.process().withEvents(bench.answeredCall());
    await bench.answerLookup(PHONE);
    const contact = (await bench.emitted()).commands.find((c) => c.type === 'effect' && c.effect === 'contact');
    if (contact?.type !== 'effect') throw new Error('no contact was wanted');
    await inTransaction(bench.database.dataSource, (tx) => settleCreations(tx, [contact.callId]));
    await bench.database.dataSource.query(`update clients set observed_at = now() - interval '2 minutes'`);
    await bench.process().withEvents(bench.answeredCall(second));
    expect(await bench.wanted()).toEqual(['lookup', 'contact', 'deal', 'note', 'lookup']);
  });
});

describe('R5: a directory that is kept up to date', () => {
  const mirrored = async (isComplete: boolean) => {
    await bench.publishSettings();
    await bench.publishPortal({ mirror: { isComplete, completeBackTo: null, asOf: bench.now.toISOString() } });
  };
  const seenLongAgo = () =>
    bench.database.dataSource.query(`update clients set observed_at = now() - interval '1 day'`);
  const cells = async () => (await bench.emitted()).decisions.map((d) => d.cell);

  it('knows who is nobody once it is complete: amoCRM is not asked', async () => {
    await mirrored(true);
    await bench.process().withEvents(bench.missedCall());
    expect(await bench.wanted()).toEqual(['unsorted', 'note']);
  });

  it('asks for an absent phone while it is incomplete, and believes a card that it holds', async () => {
    await mirrored(false);
    await bench.answerLookup(PHONE, [bench.contact(7)]);
    await seenLongAgo();
    await bench.process().withEvents(bench.missedCall());
    const stranger = { raw: '79160000000', e164: '+79160000000', kind: 'e164' as const };
    await bench.process().withEvents(bench.missedCall({ call_id: 'stranger', client: stranger }));
    expect(await cells()).toEqual(['missedKnown']);
    expect(await bench.wanted()).toEqual(['note', 'lookup']);
  });

  it('asks before it says "nobody" of a client who has an unsorted record: a person may have accepted it', async () => {
    await mirrored(true);
    await bench.process().withEvents(bench.missedCall());
    await inTransaction(bench.database.dataSource, (tx) => rememberUnseen(tx, [{ lane: bench.lane, phone: PHONE }]));
    await bench.process().withEvents(bench.missedCall({ call_id: 'second' }));
    expect(await bench.wanted()).toEqual(['unsorted', 'note', 'lookup']);
    await bench.answerLookup(PHONE, [bench.contact(7)]);
    expect(await cells()).toEqual(['missedUnknown', 'missedKnown']);
  });
});

describe('a call that waits', () => {
  it('for its account’s settings is kept and decided when they come', async () => {
    await bench.process().withEvents(bench.missedCall());
    expect(await bench.wanted()).toEqual([]);
    await bench.publishPortal();
    await bench.publishSettings();
    await bench.answerLookup(PHONE);
    expect(await bench.wanted()).toEqual(['lookup', 'unsorted', 'note']);
  });

  it('for its portal’s lane is decided when the writer has seen the account', async () => {
    await bench.publishSettings();
    await bench.process().withEvents(bench.missedCall());
    expect(await bench.wanted()).toEqual([]);
    await bench.publishPortal();
    await bench.answerLookup(PHONE);
    expect(await bench.wanted()).toEqual(['lookup', 'unsorted', 'note']);
  });

  it('stayed unfinished for ever when its settings were stored in the same moment as itself', async () => {
    await bench.publishPortal();
    await bench.process().withEvents(bench.missedCall());
    await bench.storeSettings(); // whoever would wake the call looked before it was committed
    await bench.process().again(await bench.callsToWake.missedNews(bench.now, 10));
    expect(await bench.wanted()).toEqual(['lookup']);
    expect(await bench.callsToWake.missedNews(bench.now, 10)).toEqual([]);
  });

  it('for its recording is woken by its time alone (R9)', async () => {
    await bench.publishSettings(
      bench.settings((integration) => {
        integration.incoming.cells.answeredUnknown = { enabled: true, action: 'create_unsorted', pipelineId: 10 };
      }),
    );
    await bench.publishPortal();
    bench.now = new Date('2025-03-04T09:13:20.000Z');
    await bench.process().withEvents(bench.answeredCall());
    await bench.answerLookup(PHONE);
    expect(await bench.wanted()).toEqual(['lookup']);

    bench.now = new Date('2025-03-04T09:14:11.000Z');
    expect(await bench.process().due(10)).toBe(1);
    expect(await bench.wanted()).toEqual(['lookup', 'unsorted', 'note']);
    expect(await bench.process().due(10)).toBe(0);
  });
});

describe('R3: the settings version', () => {
  it('is the one held when the call was first stored; later changes count for later calls', async () => {
    await ready();
    const [first, ...rest] = bench.missedCall();
    if (first) await bench.process().withEvents([first]);
    await bench.publishSettings(
      bench.settings((integration) => {
        integration.incoming.cells.missedUnknown = { enabled: false };
      }, 2),
    );
    await bench.process().withEvents(rest);
    await bench.answerLookup(PHONE);
    expect((await bench.emitted()).decisions).toMatchObject([{ settingsVersion: 1, cell: 'missedUnknown' }]);
    expect(await bench.wanted()).toEqual(['lookup', 'unsorted', 'note']);
  });

  it('a call first seen while the integration was off stays ignored when it is switched on', async () => {
    await bench.publishSettings(bench.settings((integration) => (integration.active = false)));
    await bench.publishPortal();
    const [first, ...rest] = bench.missedCall();
    if (first) await bench.process().withEvents([first]);
    await bench.publishSettings(bench.settings(undefined, 2));
    await bench.process().withEvents(rest);
    expect(await bench.wanted()).toEqual([]);
    expect((await bench.emitted()).decisions).toMatchObject([{ reasons: [{ code: 'integration_inactive' }] }]);
  });

  it('switching off ends the planning of open calls and waiting lookups', async () => {
    await ready();
    await bench.process().withEvents(bench.missedCall());
    await bench.publishSettings(bench.settings((integration) => (integration.active = false), 2));
    await bench.answerLookup(PHONE);
    expect(await bench.wanted()).toEqual(['lookup']);
  });
});

describe('an integration that is switched off and on again', () => {
  const off = () => bench.settings((integration) => (integration.active = false), 2);
  const on = () => bench.settings(undefined, 3);
  const reasons = async () => (await bench.emitted()).decisions.flatMap((d) => d.reasons.map((r) => r.code));

  it('while a call rang still wrote that call when it ended (R3)', async () => {
    await ready();
    await bench.answerLookup(PHONE);
    const [started, ...rest] = bench.missedCall();
    if (started) await bench.process().withEvents([started]);
    await bench.publishSettings(off());
    await bench.publishSettings(on());
    await bench.process().withEvents(rest);
    expect(await bench.wanted()).toEqual([]);
    expect(await reasons()).toEqual(['integration_inactive']);

    await bench.process().withEvents(bench.missedCall({ call_id: 'later' }));
    expect(await bench.wanted()).toEqual(['unsorted', 'note']);
  });

  it('between two looks at a waiting call left it waiting for amoCRM (R3)', async () => {
    await ready();
    await bench.process().withEvents(bench.missedCall());
    await bench.storeSettings(off(), on());
    await bench.process().again(await bench.callsToWake.missedNews(bench.now, 10));
    expect(await reasons()).toEqual(['integration_inactive']);
    expect(await bench.callsToWake.missedNews(bench.now, 10)).toEqual([]);
  });
});

describe('the end of an integration', () => {
  const waiting = async () => {
    const rows: { state: string }[] = await bench.database.dataSource.query('select state from calls');
    return rows.map((row) => row.state);
  };

  it('left calls that waited for amoCRM waiting for ever when the operator switched it off', async () => {
    await ready();
    await bench.process().withEvents(bench.missedCall());
    expect(await waiting()).toEqual(['awaiting_client']);
    await bench.publishSettings(bench.settings((integration) => (integration.active = false), 2));
    expect(await waiting()).toEqual(['ignored']);
    expect((await bench.emitted()).decisions).toMatchObject([{ reasons: [{ code: 'integration_inactive' }] }]);
  });

  it('reaches calls that its news missed, by the alarm', async () => {
    await ready();
    await bench.process().withEvents(bench.missedCall());
    await bench.storeSettings(bench.settings((integration) => (integration.active = false), 2));
    await bench.process().again(await bench.callsToWake.missedNews(bench.now, 10));
    expect(await waiting()).toEqual(['ignored']);
    expect(await bench.callsToWake.missedNews(bench.now, 10)).toEqual([]);
  });
});

describe('identity', () => {
  it('an event of a call that the retention deletes at this moment founds the call anew', async () => {
    await ready();
    await bench.answerLookup(PHONE);
    const [started, ...rest] = bench.missedCall();
    if (started) await bench.process().withEvents([started]);
    const { dataSource } = bench.database;
    const isWaitedFor = async () => {
      const [row]: { waiting: boolean }[] = await dataSource.query(
        `select exists (select 1 from pg_stat_activity
                         where datname = current_database() and wait_event_type = 'Lock') as waiting`,
      );
      return row?.waiting === true;
    };
    const late = await inTransaction(dataSource, async (tx) => {
      await tx.query('delete from calls');
      await tx.query('delete from call_aliases');
      const handled = bench.process().withEvents(rest);
      while (!(await isWaitedFor())) continue;
      return { handled };
    });
    await late.handled;
    expect(await bench.wanted()).toEqual(['unsorted', 'note']);
  });

  it('an event under a linked id belongs to the same call, in either order (§4.3)', async () => {
    await ready();
    await bench.answerLookup(PHONE);
    const [started, answered, ended] = bench.answeredCall();
    if (!started || !answered || !ended) throw new Error('three events');
    const underSecondId = { ...ended, call_id: 'second-leg', linked_call_ids: ['1002003004'] };
    await bench.process().withEvents([underSecondId]);
    await bench.process().withEvents([started, answered]);
    expect(await bench.wanted()).toEqual(['contact', 'deal', 'note']);
  });

  it('two ids of one call in one batch lost what came under one of them (§4.3)', async () => {
    await ready();
    await bench.answerLookup(PHONE);
    const [started, answered, ended] = bench.answeredCall();
    if (!started || !answered || !ended) throw new Error('three events');
    await bench.process().withEvents([started, { ...answered, call_id: 'second', linked_call_ids: ['1002003004'] }]);
    const recording = bench.event('call.record_ready', 80, {
      call_id: 'second',
      record: { url: 'https://media.cp.megafon.ru/r/1.mp3', duration_sec: 60 },
    });
    await bench.process().withEvents([ended, recording]);
    expect(await bench.wanted()).toEqual(['contact', 'deal', 'note']);
    expect((await bench.emitted()).commands.at(-1)).toMatchObject({
      intent: { durationSec: 60, recordUrl: 'https://media.cp.megafon.ru/r/1.mp3' },
    });
  });

  describe('R15: two ids that prove late to be one call', () => {
    /** Two calls of one conversation, each with effects of its own, and the event that says so. */
    const twins = async () => {
      await ready();
      await bench.answerLookup(PHONE);
      await bench.process().withEvents(bench.missedCall({ call_id: 'first-leg' }));
      await bench.process().withEvents(bench.missedCall({ call_id: 'second-leg' }));
      return bench.event('call.transferred', 20, { call_id: 'first-leg', linked_call_ids: ['second-leg'] });
    };
    const rows = () =>
      bench.database.dataSource.query<{ pbx_call_id: string; state: string }[]>(
        'select pbx_call_id, state from calls order by first_seen_at',
      );

    it('become the older call: the younger’s effects are cancelled, it is never looked at again', async () => {
      await bench.process().withEvents([await twins()]);
      const { commands, decisions } = await bench.emitted();
      expect(commands.map((c) => c.type)).toEqual(['effect', 'effect', 'effect', 'effect', 'cancel']);
      expect(commands.at(-1)).toMatchObject({ effects: ['unsorted', 'note'], ruleIds: ['R15'] });
      expect(decisions.some((d) => d.reasons.some((r) => r.code === 'joined_older_call'))).toBe(true);
      expect(await rows()).toMatchObject([
        { pbx_call_id: 'first-leg', state: expect.not.stringMatching('joined') as unknown },
        { pbx_call_id: 'second-leg', state: 'joined' },
      ]);

      const before = await bench.emitted();
      await bench.process().withEvents(bench.missedCall({ call_id: 'second-leg' }));
      expect((await bench.emitted()).commands).toEqual(before.commands);
    });

    describe('of which the younger has promised the contact', () => {
      const hidden = { client: { raw: null, e164: null, kind: 'hidden' } } as const;
      const contactsOf = async () => {
        const { commands } = await bench.emitted();
        return commands.flatMap((c) => (c.type === 'effect' && c.effect === 'contact' ? [c.pbxCallId] : []));
      };
      const pending = async () => {
        const rows = await bench.database.dataSource.query<{ of: string }[]>(
          `select c.pbx_call_id as of from clients join calls c on c.call_id = any(creating_call_ids) order by 1`,
        );
        return rows.map((row) => row.of);
      };

      it('left the client without one: the older had taken it for a known client, and it was cancelled', async () => {
        await ready();
        await bench.answerLookup(PHONE);
        const process = bench.process();
        await process.withEvents([bench.event('call.started', 0, { call_id: 'older', ...hidden })]);
        await process.withEvents([bench.event('leg.answered', 10, { call_id: 'younger', employee: { ext: '102' } })]);
        await process.withEvents([bench.event('leg.answered', 9, { call_id: 'older', employee: { ext: '103' } })]);
        expect(await contactsOf()).toEqual(['younger']);
        expect(await pending()).toEqual(['younger']);

        const proof = { call_id: 'older', linked_call_ids: ['younger'] };
        await process.withEvents([bench.event('call.transferred', 20, proof)]);
        expect(await contactsOf()).toEqual(['younger', 'older']);
        expect(await pending()).toEqual(['older', 'younger']);
      });

      it('made its client unknown to the next call while the older’s contact was still waiting', async () => {
        await ready();
        await bench.answerLookup(PHONE);
        const process = bench.process();
        const talk = (call_id: string, ext: string) =>
          process.withEvents([bench.event('leg.answered', 10, { call_id, employee: { ext } })]);
        await process.withEvents([bench.event('call.started', 0, { call_id: 'older' })]);
        await process.withEvents([bench.event('call.started', 1, { call_id: 'younger' })]);
        await talk('younger', '102');
        await talk('older', '103');
        const proof = { call_id: 'older', linked_call_ids: ['younger'] };
        await process.withEvents([bench.event('call.transferred', 20, proof)]);
        expect(await contactsOf()).toEqual(['younger', 'older']);

        const [younger] = await bench.database.dataSource.query<{ call_id: string }[]>(
          `select call_id from calls where pbx_call_id = 'younger'`,
        );
        await inTransaction(bench.database.dataSource, (tx) => settleCreations(tx, [younger?.call_id ?? '']));
        await bench.answerLookup(PHONE);
        await process.withEvents(bench.answeredCall({ call_id: 'next' }));
        expect((await bench.emitted()).decisions.at(-1)).toMatchObject({ cell: 'answeredKnown' });
        expect(await contactsOf()).toEqual(['younger', 'older']);
      });
    });

    it('are joined once when two processes hear of it at the same moment, each with more to do, and nobody waits in a circle', async () => {
      const proof = await twins();
      const neighbours = Array.from({ length: 20 }, (_, i) => bench.missedCall({ call_id: `neighbour-${String(i)}` }));
      const mirrored = { ...proof, event_id: 'f'.repeat(64), call_id: 'second-leg', linked_call_ids: ['first-leg'] };
      const loads = [
        [proof, ...neighbours.flat()],
        [...neighbours.flat().reverse(), mirrored],
        [...neighbours.flat(), ...bench.missedCall({ call_id: 'second-leg' })],
      ];
      await Promise.all(loads.map((events) => bench.process().withEvents(events)));
      const { commands } = await bench.emitted();
      expect(commands.filter((c) => c.type === 'cancel')).toHaveLength(1);
      expect((await rows()).filter((row) => row.state === 'joined')).toHaveLength(1);
    });
  });
});
