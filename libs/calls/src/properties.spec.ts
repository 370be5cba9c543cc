import { isDeepStrictEqual } from 'node:util';
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { CallEvent, CellName, CellSettings, ClientLookup, EffectName, Settings } from '@perezvon/contracts';
import { advance } from './advance.js';
import type { CallFacts } from './call-facts.js';
import { evolve } from './call-facts.js';
import { decide } from './decide.js';
import { newProgress } from './progress.js';
import {
  answered,
  callOf,
  CLIENT,
  endedAnswered,
  endedMissed,
  event,
  hidden,
  instantAt,
  outgoing,
  PETROVA,
  recorded,
  ringing,
  settingsWith,
  SIDOROV,
  situation,
  started,
  withContact,
  withDeal,
  withDealAlways,
  withUnsorted,
} from './testing/given.js';
import { NOBODY, playback } from './testing/playback.js';

/** What holds for every call, whatever comes and in whatever order. */

/** Seeded: what CI says of a commit does not depend on luck. */
const RUNS = { numRuns: 10_000, seed: 20_250_304 };

const OUTSIDE = { raw: '79031112233', e164: '+79031112233', kind: 'e164' } as const;

/** Everything a PBX may tell of one call, contradictions included. */
const pool: readonly CallEvent[] = [
  started(),
  started(hidden),
  ringing(PETROVA),
  ringing(SIDOROV),
  answered(PETROVA),
  answered(null),
  event('leg.answered', 40, { employee: SIDOROV }),
  event('leg.answered', 42, { employee: PETROVA, direction: 'internal' }),
  event('leg.ended', 50, { employee: PETROVA }),
  event('call.transferred', 39, { to_employee: SIDOROV, linked_call_ids: ['second'] }),
  event('call.ended', 60, { leg_id: 'lost', outcome: 'missed', outcome_detail: 'inferred' }),
  endedMissed(),
  endedAnswered(),
  endedAnswered({ talk_sec: 0, received_at: instantAt(300) }),
  event('call.ended', 80, { call_id: 'second', outcome: 'answered', employee: SIDOROV, talk_sec: 20 }),
  started(outgoing),
  event('leg.ringing', 43, { direction: 'out', client: OUTSIDE, leg_id: 'outside' }),
  event('call.ended', 61, { call_id: 'second', direction: 'internal', outcome: 'internal', talk_sec: 15 }),
  event('call.ended', 62, { call_id: 'second', direction: 'out', client: OUTSIDE, outcome: 'answered', talk_sec: 16 }),
  event('call.ended', 30, { leg_id: 'lost', outcome: 'rejected', outcome_detail: 'inferred' }),
  recorded(),
  recorded('https://media.cp.megafon.ru/r/1.mp3?sign=b'),
  recorded('https://media.cp.megafon.ru/r/2.mp3', {
    record: { url: 'https://media.cp.megafon.ru/r/2.mp3', duration_sec: 90, full: true },
  }),
];

/** Long enough for every contradiction of two records with legs between them; longer ones only cost time. */
const history = fc.subarray([...pool], { minLength: 1, maxLength: 6 });
/** The same events in another order, some of them more than once. */
const redelivered = history.chain((events) =>
  fc
    .array(fc.nat(events.length - 1), { maxLength: 3 })
    .chain((again) => {
      const all = [...events, ...again.flatMap((index) => events.slice(index, index + 1))];
      return fc.shuffledSubarray(all, { minLength: all.length });
    })
    .map((delivered) => ({ events, delivered })),
);

const off: CellSettings = { enabled: false };
const unknownAction = fc.constantFrom(off, withDeal, withUnsorted, withContact);
const knownAction = fc.constantFrom(off, withDeal, withUnsorted, withDealAlways);
const cells = fc.record({
  answeredUnknown: unknownAction,
  missedUnknown: unknownAction,
  answeredKnown: knownAction,
  missedKnown: knownAction,
});
const incoming = fc.record({
  answeredTask: fc.record({ enabled: fc.boolean() }),
  missedTask: fc.record({ enabled: fc.boolean() }),
  logCalls: fc.boolean(),
  createAt: fc.constantFrom('answer' as const, 'end' as const),
  acceptedBy: fc.constantFrom('first' as const, 'last' as const),
  hiddenNumbers: fc.constantFrom('ignore' as const, 'unsorted' as const),
});
const settings = fc.record({ cells, incoming }).map(settingsWith);

const CREATIONS: ReadonlySet<EffectName> = new Set(['contact', 'deal', 'unsorted', 'task.answered', 'task.missed']);
const creationsOf = (facts: CallFacts, using: Settings, clientKnown: boolean) =>
  decide(facts, situation(using, { clientKnown, now: '2025-03-06T00:00:00.000Z' }))
    .effects.map(({ effect }) => effect)
    .filter((effect) => CREATIONS.has(effect));

/** Event by event as they are delivered, with what the directory says at each. */
function follow(delivered: readonly CallEvent[], using: Settings, clients: readonly (ClientLookup | null)[]) {
  const identity = { callId: '00000000-0000-4000-8000-0000000000aa', pbxCallId: '1', settings: using };
  let facts: CallFacts | null = null;
  let progress = newProgress;
  return delivered.map((next, index) => {
    facts = evolve(facts, next);
    const moved = advance(identity, facts, progress, {
      stillActive: true,
      lane: 'ru:1',
      client: clients[index % clients.length] ?? null,
      now: instantAt(1000 + 60 * index),
      causedByEventId: next.event_id,
    });
    progress = moved.progress;
    return moved;
  });
}

describe('for every call', () => {
  it('any order and any repetition of its events is the same call with the same decision (R3, R4)', () => {
    fc.assert(
      fc.property(redelivered, settings, fc.boolean(), ({ events, delivered }, using, clientKnown) => {
        const [first, second] = [callOf(...events), callOf(...delivered)];
        const now = situation(using, { clientKnown });
        return isDeepStrictEqual(second, first) && isDeepStrictEqual(decide(second, now), decide(first, now));
      }),
      RUNS,
    );
  });

  it('whose number was told the client is who called, whomever its legs reached (R4)', () => {
    fc.assert(
      fc.property(redelivered, ({ delivered }) => {
        const announced = event('call.transferred', 39, { to_employee: SIDOROV, linked_call_ids: ['second'] });
        const { direction, client } = callOf(started(), announced, ...delivered);
        return direction === 'in' && client.e164 === CLIENT;
      }),
      RUNS,
    );
  });

  it('an effect is promised once, and a note’s revisions follow one another (R3, R9, R17)', () => {
    fc.assert(
      fc.property(redelivered, settings, fc.boolean(), ({ delivered }, using, known) => {
        const commands = follow(delivered, using, [{ ...NOBODY, known }]).flatMap((moved) => moved.commands);
        const keys = commands.map((c) => (c.type === 'effect' ? `${c.effect}/${c.revision}` : c.type));
        const notes = commands.flatMap((c) => (c.type === 'effect' && c.effect === 'note' ? [c.revision] : []));
        const others = commands.flatMap((c) => (c.type === 'effect' && c.effect !== 'note' ? [c.revision] : []));
        return (
          new Set(keys).size === keys.length &&
          notes.every((revision, index) => revision === index + 1) &&
          others.every((revision) => revision === 1)
        );
      }),
      RUNS,
    );
  });

  it('switching a cell off never creates more (R1, R2)', () => {
    const name = fc.constantFrom<CellName>('answeredUnknown', 'missedUnknown', 'answeredKnown', 'missedKnown');
    fc.assert(
      fc.property(history, cells, incoming, name, fc.boolean(), (events, withCells, withRules, cell, known) => {
        const facts = callOf(...events);
        const on = creationsOf(facts, settingsWith({ cells: withCells, incoming: withRules }), known);
        const less = { cells: { ...withCells, [cell]: off }, incoming: withRules };
        return creationsOf(facts, settingsWith(less), known).every((effect) => on.includes(effect));
      }),
      RUNS,
    );
  });

  it('switching a cell off never adds a task to a call as it is delivered, nor anything to a call that made nothing (R1, R6)', () => {
    const name = fc.constantFrom<CellName>('answeredUnknown', 'missedUnknown', 'answeredKnown', 'missedKnown');
    const created = (delivered: readonly CallEvent[], using: Settings, known: boolean) =>
      follow(delivered, using, [{ ...NOBODY, known }])
        .flatMap(({ commands }) => commands.flatMap((c) => (c.type === 'effect' ? [c.effect] : [])))
        .filter((effect) => CREATIONS.has(effect));
    fc.assert(
      fc.property(
        redelivered,
        cells,
        incoming,
        name,
        fc.boolean(),
        ({ delivered }, withCells, withRules, cell, known) => {
          const on = created(delivered, settingsWith({ cells: withCells, incoming: withRules }), known);
          const less = { cells: { ...withCells, [cell]: off }, incoming: withRules };
          const left = created(delivered, settingsWith(less), known);
          const tasks = left.filter((effect) => effect.startsWith('task.'));
          return tasks.every((task) => on.includes(task)) && (left.length === 0 || on.length > 0);
        },
      ),
      RUNS,
    );
  });

  it('a filtered number never creates anything (R8)', () => {
    const hit = fc.constantFrom(CLIENT, '+7916*', '7916*');
    fc.assert(
      fc.property(history, cells, incoming, hit, fc.boolean(), (events, withCells, withRules, entry, known) => {
        const filteredNumbers = [entry];
        const using = settingsWith({
          cells: withCells,
          incoming: { ...withRules, filteredNumbers },
          outgoing: { filteredNumbers },
        });
        const facts = callOf(...events);
        return facts.client.e164 !== CLIENT || creationsOf(facts, using, known).length === 0;
      }),
      RUNS,
    );
  });

  it('another call of another client changes nothing (R17)', () => {
    const story = (using: Settings) => ({ settings: using, clients: {}, isDirectoryComplete: true });
    const neighbour = [started, endedMissed].map((make) =>
      make({ call_id: 'other', client: { raw: '79998887766', e164: '+79998887766', kind: 'e164' } }),
    );
    fc.assert(
      fc.property(fc.subarray([...pool], { minLength: 1, maxLength: 4 }), settings, (events, using) => {
        const alone = playback(story(using), events);
        const together = playback(story(using), [...events, ...neighbour]);
        const own = together.filter(({ pbxCallId }) => pbxCallId !== 'other');
        return isDeepStrictEqual(own, alone);
      }),
      RUNS,
    );
  });

  it('an id that two clients’ calls share ties them in no order of arrival, and a client’s own two ids in every (R15)', () => {
    const OTHER = { raw: '79998887766', e164: '+79998887766', kind: 'e164' } as const;
    const events = [
      started({ linked_call_ids: ['shared'] }),
      endedMissed({ linked_call_ids: ['other'] }),
      event('leg.ringing', 20, { call_id: 'second', linked_call_ids: ['1002003004'] }),
      started({ call_id: 'other', client: OTHER, linked_call_ids: ['shared'] }),
      event('call.transferred', 21, { call_id: 'other', client: OTHER, linked_call_ids: ['1002003004'] }),
      endedMissed({ call_id: 'other', client: OTHER, linked_call_ids: ['second'] }),
    ];
    const story = {
      settings: settingsWith({ cells: { missedUnknown: withDeal } }),
      clients: {},
      isDirectoryComplete: true,
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (delivered) => {
        const outcomes = playback(
          story,
          delivered.map((one, index) => ({ ...one, received_at: instantAt(100 + index) })),
        );
        const decided = outcomes.flatMap(({ pbxCallId, decision }) => (decision ? [{ pbxCallId, decision }] : []));
        const isJoined = (id: string) =>
          decided.some(
            (one) => one.pbxCallId === id && one.decision.reasons.some((r) => r.code === 'joined_older_call'),
          );
        const left = new Map(decided.map(({ pbxCallId, decision }) => [pbxCallId, decision.phone]));
        for (const id of left.keys()) if (isJoined(id)) left.delete(id);
        return isDeepStrictEqual([...left.values()].sort(), [CLIENT, OTHER.e164]);
      }),
      RUNS,
    );
  });

  it('known or unknown never flips for the client whom it is about (R3)', () => {
    const seen = fc.constantFrom(null, NOBODY, { ...NOBODY, known: true });
    fc.assert(
      fc.property(
        redelivered,
        settings,
        fc.array(seen, { minLength: 1, maxLength: 4 }),
        ({ delivered }, using, found) => {
          const decisions = follow(delivered, using, found).flatMap(({ decision }) => (decision ? [decision] : []));
          const said = decisions.filter(({ clientKnown }) => clientKnown !== null);
          const distinct = (texts: readonly string[]) => new Set(texts).size;
          const clients = distinct(said.map(({ phone }) => String(phone)));
          return distinct(said.map(({ phone, clientKnown }) => `${String(phone)} ${String(clientKnown)}`)) === clients;
        },
      ),
      RUNS,
    );
  });
});
