import { describe, expect, it } from '@jest/globals';
import type { ClientLookup } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import { decisionIdOf } from './ids.js';
import { joinCalls, type CallInProgress } from './join-calls.js';
import { newProgress, type CallProgress } from './progress.js';
import { callOf, event, hidden, settingsWith, started } from './testing/given.js';
import { NOBODY } from './testing/playback.js';

const call = (id: string, facts: CallFacts, progress: Partial<CallProgress> = {}): CallInProgress => ({
  identity: { callId: `00000000-0000-4000-8000-00000000000${id}`, pbxCallId: id, settings: settingsWith({}) },
  facts,
  progress: { ...newProgress, ...progress },
});
const joined = (older: CallInProgress, younger: CallInProgress) =>
  joinCalls(older, younger, { lane: 'ru:1', now: '2025-03-04T09:13:00.000Z', causedByEventId: 'e'.repeat(64) });

/** What a call knows of its client, and still has to tell the journal. */
const frozen = (known: boolean, lookup: ClientLookup = { ...NOBODY, known }): Partial<CallProgress> => ({
  clientKnown: known,
  untold: { lookup, joined: [] },
});

describe('a call that another id’s call is joined to (R15)', () => {
  const outside = { raw: '79031112233', e164: '+79031112233', kind: 'e164' } as const;
  const leg = callOf(event('leg.ringing', 30, { direction: 'out', client: outside }));

  it.each([true, false])('keeps whether its client is known (%p), whatever the younger had found (R3)', (known) => {
    const { older } = joined(call('1', callOf(started()), frozen(known)), call('2', callOf(started()), frozen(!known)));
    expect(older.progress).toMatchObject({ clientKnown: known, untold: { lookup: { known } } });
  });

  it.each([true, false])(
    'takes over what the younger found of the same client (%p): it is frozen by either id',
    (known) => {
      const { older } = joined(call('1', callOf(started(hidden))), call('2', callOf(started()), frozen(known)));
      expect(older.progress).toMatchObject({ clientKnown: known, untold: { lookup: { known } } });
    },
  );

  it('was known or unknown by what its second leg had found of an outside number', () => {
    const { older } = joined(call('1', callOf(started())), call('2', leg, frozen(true)));
    expect(older.facts.client).toEqual(callOf(started()).client);
    expect(older.progress).toMatchObject({ clientKnown: null, untold: { lookup: null } });
  });

  it('is the younger’s last decision, told under an id of its own', () => {
    const { younger, decision } = joined(
      call('1', callOf(started())),
      call('2', callOf(started()), { decisions: 1, endDecided: true }),
    );
    expect(younger).toMatchObject({ state: 'joined', decisions: 2, wakeAt: null });
    expect(decision.decisionId).toBe(decisionIdOf('acc-17', decision.callId, 2));
  });
});
