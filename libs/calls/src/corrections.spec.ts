import { describe, expect, it } from '@jest/globals';
import { advance } from './advance.js';
import { endedAsOf } from './corrections.js';
import { newProgress } from './progress.js';
import { callOf, endedAnswered, endedMissed, settingsWith, withDeal, withUnsorted } from './testing/given.js';
import { plan, reasons } from './testing/planned.js';
import { NOBODY } from './testing/playback.js';

describe('R15: corrections', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal, missedUnknown: withUnsorted } });

  it('missed → answered makes no contact or deal once an unsorted record was made', () => {
    const promised = new Set(['unsorted'] as const);
    const events = [endedMissed(), endedAnswered({ received_at: '2025-03-04T09:20:00.000Z' })];
    expect(reasons(events, settings, { promised, decidedAs: 'missed' })).toContain('R15 unsorted_already_made');
  });

  it('answered → missed only updates the note', () => {
    const promised = new Set(['contact', 'deal'] as const);
    const events = [endedAnswered(), endedMissed({ received_at: '2025-03-04T09:20:00.000Z' })];
    const made = plan(events, settings, { promised, decidedAs: 'answered', endedAs: 'answered' });
    expect(made.effects.map((e) => e.effect)).toEqual(['note']);
    expect(made.reasons).toContainEqual({ ruleId: 'R15', code: 'answered_then_missed' });
  });
});

it('a row that is older than the end’s own outcome says by its decided end what that came to (R6, R15)', () => {
  const row = { ...newProgress, decidedAs: 'answered' as const };
  expect(endedAsOf({ ...row, endDecided: true })).toBe('answered');
  expect(endedAsOf({ ...row, endDecided: false })).toBeNull();
  expect(endedAsOf({ ...row, endDecided: true, endedAs: 'missed' })).toBe('missed');
});

it('an answered call that was corrected to missed, and once more, still creates nothing (R15)', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal, missedUnknown: withUnsorted } });
  const identity = { callId: '00000000-0000-4000-8000-0000000000aa', pbxCallId: '1', settings };
  const events = [
    endedAnswered(),
    endedMissed({ received_at: '2025-03-04T09:20:00.000Z' }),
    endedMissed({ received_at: '2025-03-04T09:30:00.000Z', outcome_detail: 'busy' }),
  ];
  let progress = newProgress;
  const created = events.map((last, index) => {
    const moved = advance(identity, callOf(...events.slice(0, index + 1)), progress, {
      stillActive: true,
      lane: 'ru:1',
      client: NOBODY,
      now: last.received_at,
      causedByEventId: last.event_id,
    });
    progress = moved.progress;
    return moved.commands.flatMap((c) => (c.type === 'effect' && c.effect !== 'note' ? [c.effect] : []));
  });
  expect(created).toEqual([['contact', 'deal'], [], []]);
});
