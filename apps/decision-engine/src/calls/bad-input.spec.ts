import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CallEvent } from '@perezvon/contracts';
import { EngineBench } from '../testing/engine.js';

/** What real PBXs send (reference/pbx-events.md §5), as far as the engine meets it. */

const PHONE = '+79161234567';

let bench: EngineBench;

beforeEach(async () => {
  bench = await EngineBench.start();
  await bench.publishSettings();
  await bench.publishPortal();
  await bench.answerLookup(PHONE);
});

afterEach(async () => {
  await bench.database.drop();
});

const stored = () =>
  bench.database.dataSource.query<{ state: string; bytes: number }[]>(
    'select state, octet_length(facts::text) as bytes from calls order by state',
  );

const leg = (type: CallEvent['type'], second: number, id: string, more: Partial<CallEvent> = {}) =>
  bench.event(type, second, { leg_id: id, employee: { pbx_id: id }, ...more });

/** Ids that tell events of one type and call apart, as call-ingest derives them. */
const distinct = (event: CallEvent, n: number): CallEvent => ({
  ...event,
  event_id: n.toString(16).padStart(64, '0'),
});

describe('one call', () => {
  it('of 10 000 events grew its row without bound and slowed down with each: it stays small and is decided once', async () => {
    const ringing = Array.from({ length: 10_000 }, (_, n) => distinct(leg('leg.ringing', n % 60, 'a'), n));
    const [started, answered, ended] = bench.answeredCall();
    if (!started || !answered || !ended) throw new Error('three events');
    const events = [started, ...ringing, answered, ended];
    for (let from = 0; from < events.length; from += 2_000) {
      await bench.process().withEvents(events.slice(from, from + 2_000));
    }
    const [row, ...more] = await stored();
    expect(more).toEqual([]);
    expect(row?.bytes).toBeLessThan(10_000);
    expect(await bench.wanted()).toEqual(['contact', 'deal', 'note']);
  });

  it('of 200 legs had a missed entity per leg: one outcome, one set of effects', async () => {
    const legs = Array.from({ length: 200 }, (_, n) => `leg-${String(n)}`);
    const events = [
      bench.event('call.started', 0),
      ...legs.map((id, n) => distinct(leg('leg.ringing', 1, id), n)),
      leg('leg.answered', 9, 'leg-150'),
      ...legs.map((id, n) => distinct(leg('leg.ended', 10, id), 1_000 + n)),
      bench.event('call.ended', 70, { outcome: 'answered', talk_sec: 60, total_sec: 70 }),
    ];
    await bench.process().withEvents(events.slice(0, 150));
    await bench.process().withEvents(events.slice(150));
    expect(await bench.wanted()).toEqual(['contact', 'deal', 'note']);
  });

  it('whose events’ clocks differ by hours lost its start and never settled: the PBX’s times count, our clock decides when', async () => {
    const ahead = { occurred_at: '2025-03-04T15:12:00.000Z', received_at: '2025-03-04T09:12:00.000Z' };
    const behind = { occurred_at: '2025-03-04T03:12:30.000Z', received_at: '2025-03-04T09:12:30.000Z' };
    await bench
      .process()
      .withEvents([
        bench.event('call.started', 0, ahead),
        bench.event('call.ended', 30, { ...behind, outcome: 'missed', outcome_detail: 'inferred', talk_sec: 0 }),
      ]);
    bench.now = new Date(bench.now.getTime() + 21_000);
    expect(await bench.process().due(10)).toBe(1);
    expect(await bench.wanted()).toEqual(['unsorted', 'note']);
  });
});

describe('ids', () => {
  it('of 64 bits were rounded to the same number, and two calls became one: they are text', async () => {
    for (const call_id of ['9007199254740993', '9007199254740992']) {
      await bench.process().withEvents(bench.missedCall({ call_id }));
    }
    expect(await bench.wanted()).toEqual(['unsorted', 'note', 'unsorted', 'note']);
    expect((await bench.emitted()).decisions.map((d) => d.pbxCallId)).toEqual(['9007199254740993', '9007199254740992']);
  });

  it('that two accounts share mixed their calls: an id is unique inside its account only', async () => {
    const foreign = bench.missedCall().map((event) => ({ ...event, account_id: 'somebody-else' }));
    await bench.process().withEvents([...foreign, ...bench.missedCall()]);
    expect(await bench.wanted()).toEqual(['unsorted', 'note']);
    expect((await stored()).map((row) => row.state)).toEqual(['awaiting_settings', 'decided']);
  });

  it('that two cabinets of one account share mixed their calls: the cabinet is part of the id', async () => {
    for (const source_instance of ['north', 'south']) {
      await bench.process().withEvents(bench.missedCall({ source_instance }));
    }
    expect(await bench.wanted()).toEqual(['unsorted', 'note', 'unsorted', 'note']);
  });

  it('of a second leg that was taken for a call of its own gave two entries (sipgate #106): linked ids are one call', async () => {
    await bench.process().withEvents(bench.missedCall());
    await bench
      .process()
      .withEvents(
        bench.missedCall({ call_id: 'voice-mail', linked_call_ids: ['1002003004'] }).map((e, n) => distinct(e, n)),
      );
    expect(await bench.wanted()).toEqual(['unsorted', 'note']);
  });
});

describe('an id beside two calls', () => {
  const OTHER = { raw: '79031112233', e164: '+79031112233', kind: 'e164' as const };
  const joined = async () => (await stored()).filter(({ state }) => state === 'joined');
  const apart = (links: readonly [string, string], more: Partial<CallEvent> = {}) => [
    ...bench.missedCall({ call_id: 'a', linked_call_ids: [links[0]], ...more }),
    ...bench.missedCall({ call_id: 'b', client: OTHER, linked_call_ids: [links[1]], ...more }),
  ];
  const deliveries: readonly (readonly [string, (events: CallEvent[]) => CallEvent[][]])[] = [
    ['one by one', (events) => events.map((event) => [event])],
    ['backwards', (events) => [...events].reverse().map((event) => [event])],
    ['in one batch', (events) => [events]],
    ['across', ([a, b, c, d]) => [[c, a] as CallEvent[], [b, d] as CallEvent[]]],
  ];

  describe.each(deliveries)('%s', (_, inOrder) => {
    it.each([
      ['0', '0'],
      ['pbx-77', 'pbx-77'],
      ['b', 'a'],
      ['a', 'a'],
    ] as const)('made calls of two clients one: %s and %s tie nobody', async (ofA, ofB) => {
      await bench.answerLookup(OTHER.e164);
      for (const batch of inOrder(apart([ofA, ofB]))) await bench.process().withEvents(batch);
      expect(await joined()).toEqual([]);
      expect((await bench.wanted()).sort()).toEqual(['note', 'note', 'unsorted', 'unsorted']);
      expect((await bench.emitted()).decisions.map(({ phone }) => phone).sort()).toEqual([OTHER.e164, PHONE]);
    });

    it('made two calls one that a transfer named, though each had a client of its own', async () => {
      await bench.answerLookup(OTHER.e164);
      const events = apart(['b', 'a']).map((event) =>
        event.type === 'call.started' ? { ...event, type: 'call.transferred' as const } : event,
      );
      for (const batch of inOrder(events)) await bench.process().withEvents(batch);
      bench.now = new Date(bench.now.getTime() + 60_000);
      await bench.process().due(10);
      expect(await joined()).toEqual([]);
      expect((await bench.wanted()).sort()).toEqual(['note', 'note', 'unsorted', 'unsorted']);
    });
  });

  it('of the same client’s next call swallowed it: an id that is no call ties nothing', async () => {
    await bench.process().withEvents(bench.missedCall({ call_id: 'a', linked_call_ids: ['pbx-77'] }));
    await bench.process().withEvents(bench.missedCall({ call_id: 'b', linked_call_ids: ['pbx-77'] }));
    expect(await bench.wanted()).toEqual(['unsorted', 'note', 'unsorted', 'note']);
  });

  it('left no trace of why a named call was kept apart: the decision warns of it (R16)', async () => {
    await bench.process().withEvents(bench.missedCall({ call_id: 'b', client: OTHER }));
    await bench.process().withEvents(bench.missedCall({ call_id: 'a', linked_call_ids: ['b'] }));
    expect((await bench.emitted()).decisions.at(-1)).toMatchObject({ warnings: ['foreign_linked_id'] });
  });

  const consultation = { raw: '101', e164: null, kind: 'short' as const };
  it.each(deliveries)('that a transfer names is its second leg, whomever that one reached: %s', async (_, inOrder) => {
    const events = [
      bench.event('call.transferred', 20, { linked_call_ids: ['second'], to_employee: { ext: '103' } }),
      leg('leg.answered', 15, 'x', { call_id: 'second', direction: 'internal', client: consultation }),
      bench.event('call.ended', 70, { outcome: 'answered', talk_sec: 60, total_sec: 70 }),
      bench.event('call.ended', 40, {
        call_id: 'second',
        direction: 'out',
        client: OTHER,
        outcome: 'answered',
        talk_sec: 9,
      }),
    ];
    for (const batch of inOrder(events)) await bench.process().withEvents(batch);
    expect((await stored()).filter(({ state }) => state !== 'joined')).toHaveLength(1);
    const { commands } = await bench.emitted();
    const notes = commands.flatMap((c) => (c.type === 'effect' && c.effect === 'note' ? [c] : []));
    expect(new Set(notes.map(({ phone }) => phone))).toEqual(new Set([PHONE]));
  });
});

describe('a call whose hang-up never came (sipgate #96)', () => {
  it('hung for ever: after the silence it is missed', async () => {
    await bench.process().withEvents([bench.event('call.started', 0), leg('leg.ringing', 1, 'a')]);
    expect(await bench.wanted()).toEqual([]);
    bench.now = new Date(bench.now.getTime() + 15 * 60_000);
    await bench.process().due(10);
    bench.now = new Date(bench.now.getTime() + 21_000);
    await bench.process().due(10);
    expect(await bench.wanted()).toEqual(['unsorted', 'note']);
    expect((await bench.emitted()).decisions.at(-1)).toMatchObject({ cell: 'missedUnknown' });
  });

  it('while somebody talked was cut off after an hour: it is left alone for 24 h, then answered', async () => {
    await bench.process().withEvents([bench.event('call.started', 0), leg('leg.answered', 10, 'a')]);
    bench.now = new Date(bench.now.getTime() + 3_600_000);
    expect(await bench.process().due(10)).toBe(0);
    bench.now = new Date(bench.now.getTime() + 24 * 3_600_000);
    expect(await bench.process().due(10)).toBe(1);
    expect((await bench.emitted()).decisions.at(-1)).toMatchObject({ cell: 'answeredUnknown', moment: 'end' });
    expect(await bench.wanted()).toEqual(['contact', 'deal', 'note']);
  });
});

describe('two calls from one number at the same time', () => {
  it('were merged by the client’s phone: they are two calls of one client', async () => {
    const [a, b] = [bench.answeredCall({ call_id: 'a' }), bench.answeredCall({ call_id: 'b' })];
    await bench.process().withEvents(a.flatMap((event, n) => [event, b[n] ?? event]));
    const { decisions } = await bench.emitted();
    expect(decisions.map((d) => d.cell).sort()).toEqual(['answeredKnown', 'answeredUnknown']);
    expect((await bench.wanted()).filter((effect) => effect === 'contact')).toHaveLength(1);
  });
});
