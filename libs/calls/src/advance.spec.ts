import { describe, expect, it } from '@jest/globals';
import type { CallEvent, ClientLookup, Settings } from '@perezvon/contracts';
import { advance, type Advance } from './advance.js';
import type { Surroundings } from './step.js';
import { newProgress, type CallProgress } from './progress.js';
import {
  callOf,
  answered,
  endedAnswered,
  endedMissed,
  event,
  hidden,
  PETROVA,
  recorded,
  ringing,
  settingsWith,
  started,
  withDeal,
  withUnsorted,
} from './testing/given.js';

const settings = settingsWith({ cells: { answeredUnknown: withDeal, missedUnknown: withUnsorted } });
const CALL = '00000000-0000-4000-8000-0000000000aa';
const unknown: ClientLookup = { known: false, origin: 'directory', asOf: null, candidates: [], chosen: null };
const calm: Surroundings = {
  stillActive: true,
  lane: 'ru:1',
  client: unknown,
  now: '2025-03-04T10:00:00.000Z',
  causedByEventId: 'e',
};

/** Plays a call event by event, as the engine does, and gives every step. */
function play(events: readonly CallEvent[], around: Partial<Surroundings> = {}, using: Settings = settings): Advance[] {
  const steps: Advance[] = [];
  let progress: CallProgress = newProgress;
  events.forEach((_, i) => {
    const identity = { callId: CALL, pbxCallId: '1002003004', settings: using };
    const step = advance(identity, callOf(...events.slice(0, i + 1)), progress, { ...calm, ...around });
    steps.push(step);
    progress = step.progress;
  });
  return steps;
}

const commandsOf = (steps: readonly Advance[]) =>
  steps.map((s) => s.commands.map((c) => (c.type === 'effect' ? `${c.effect}/${c.revision}` : c.type)));

describe('a call advances', () => {
  it('by promising each effect once, at its moment', () => {
    const steps = play([started(), ringing(), answered(), endedAnswered(), endedAnswered()]);
    expect(commandsOf(steps)).toEqual([[], [], ['contact/1', 'deal/1'], ['note/1'], []]);
    expect(steps.map((s) => s.decision?.moment ?? null)).toEqual([null, null, 'answer', 'end', null]);
  });

  describe('whose client is first taken for somebody else (R3)', () => {
    const outside = { raw: '79995550000', e164: '+79995550000', kind: 'e164' } as const;
    const known: ClientLookup = { ...unknown, known: true };
    const identity = { callId: CALL, pbxCallId: '1002003004', settings };
    /** A leg to the outside number that the call was forwarded to is heard of before the call itself. */
    const leg = event('leg.ringing', 5, { direction: 'out', client: outside });
    const ofLeg = () => advance(identity, callOf(leg), newProgress, { ...calm, client: known });
    const clientKnownIn = ({ progress }: Advance) => progress.clientKnown;

    it('was known because the outside number is: his deal stood alone, without a contact', () => {
      const whole = callOf(leg, started(), endedAnswered());
      const steps = [ofLeg(), advance(identity, whole, ofLeg().progress, calm)];
      expect(steps.map(clientKnownIn)).toEqual([true, false]);
      expect(commandsOf(steps)).toEqual([[], ['contact/1', 'deal/1', 'note/1']]);
    });

    it('is asked about himself where the directory cannot know', () => {
      const asking = advance(identity, callOf(leg, started(), endedAnswered()), ofLeg().progress, {
        ...calm,
        client: null,
      });
      expect(asking).toMatchObject({ progress: { clientKnown: null, state: 'awaiting_client' } });
      expect(commandsOf([asking])).toEqual([['lookup']]);
    });

    it('is what he was frozen as when he proves to be himself after all, whatever was made by hand meanwhile', () => {
      const own = (...events: readonly CallEvent[]) =>
        callOf(started({ client: outside }), ringing(PETROVA, { client: outside }), ...events);
      const first = advance(identity, own(), newProgress, calm);
      const other = advance(identity, callOf(started()), first.progress, calm);
      const record = endedAnswered({ client: outside });
      const over = advance(identity, own(record), other.progress, { ...calm, client: known });
      expect([first, other, over].map(clientKnownIn)).toEqual([false, false, false]);
    });

    it('stays what he was once something was promised by it (R4)', () => {
      const talk = advance(identity, callOf(started(), answered()), newProgress, calm);
      const record = endedAnswered({ client: outside });
      const over = advance(identity, callOf(started(), answered(), record), talk.progress, { ...calm, client: known });
      expect(commandsOf([talk, over])).toEqual([['contact/1', 'deal/1'], ['note/1']]);
      expect(over.progress.clientKnown).toBe(false);
    });
  });

  it('is seen to ring or to be talked on once it has waited for its client (R11)', () => {
    const shownOf = (...events: readonly CallEvent[]) => {
      const identity = { callId: CALL, pbxCallId: '1002003004', settings };
      const facts = callOf(...events);
      const waiting = advance(identity, facts, newProgress, { ...calm, client: null });
      const told = advance(identity, facts, waiting.progress, calm);
      return [waiting, told].map(({ stateChange }) => stateChange?.state);
    };
    expect(shownOf(started(), ringing())).toEqual(['awaiting_client', 'ringing']);
    expect(shownOf(started(), answered())).toEqual(['awaiting_client', 'talking']);
    expect(shownOf(started(), endedMissed())).toEqual(['awaiting_client', 'decided']);
  });

  it('a late recording gives the same note a new revision, its repetition nothing (R9)', () => {
    const signedAgain = recorded('https://media.cp.megafon.ru/r/1.mp3?sign=b');
    const steps = play([started(), endedAnswered(), recorded(), signedAgain]);
    expect(commandsOf(steps)).toEqual([[], ['contact/1', 'deal/1', 'note/1'], ['note/2'], []]);
    expect(steps[2]?.decision?.moment).toBe('late');
  });

  it('a link that was signed earlier and is delivered later made a third revision: it is the same recording (R9)', () => {
    const late = recorded('https://media.cp.megafon.ru/r/1.mp3?sign=b', { received_at: '2025-03-04T09:14:00.000Z' });
    const steps = play([started(), endedAnswered(), late, recorded()]);
    expect(commandsOf(steps)).toEqual([[], ['contact/1', 'deal/1', 'note/1'], ['note/2'], []]);
  });

  it('asks for an unknown client once, and goes on when the answer is there', () => {
    const asking = play([started(), ringing()], { client: null });
    expect(commandsOf(asking)).toEqual([['lookup'], []]);
    expect(asking.at(-1)?.progress.state).toBe('awaiting_client');
  });

  it('asks again when the record tells another number than the one it waits for, and then once (R4, R5)', () => {
    const other = { client: { raw: '79998887766', e164: '+79998887766', kind: 'e164' as const } };
    const steps = play([started(), endedAnswered(other), recorded()], { client: null });
    expect(commandsOf(steps)).toEqual([['lookup'], ['lookup'], []]);
    expect(steps[1]?.commands).toMatchObject([{ phone: '+79998887766' }]);
  });

  it('known or unknown never flips within a call (R3)', () => {
    const identity = { callId: CALL, pbxCallId: '1', settings };
    const first = advance(identity, callOf(started(), answered()), newProgress, calm);
    const second = advance(identity, callOf(started(), answered(), endedAnswered()), first.progress, {
      ...calm,
      client: { ...unknown, known: true },
    });
    expect(second.decision?.cell).toBe('answeredUnknown');
  });

  it('waits, visibly, while the portal has no lane', () => {
    const steps = play([started(), endedAnswered()], { lane: null });
    expect(commandsOf(steps)).toEqual([[], []]);
    expect(steps.at(-1)?.progress.state).toBe('awaiting_portal');
  });

  it('is decided without a lane when it wants nothing of amoCRM', () => {
    const steps = play([started(hidden), endedMissed(hidden)], { lane: null });
    expect(steps.at(-1)).toMatchObject({
      progress: { state: 'decided' },
      decision: { reasons: [{ code: 'hidden_number' }] },
    });
  });

  it('first seen while the integration was off, it stays ignored for ever (R3, R11)', () => {
    const off = settingsWith({ active: false });
    const steps = play([started(), endedAnswered()], {}, off);
    expect(steps.map((s) => s.decision?.reasons.at(-1)?.code ?? null)).toEqual(['integration_inactive', null]);
    expect(steps.at(-1)?.progress.state).toBe('ignored');
  });

  it('ends being planned when the operator switches the integration off meanwhile (R3)', () => {
    const steps = play([started(), endedAnswered()], { stillActive: false });
    expect(commandsOf(steps)).toEqual([[], []]);
  });

  it('a correction missed → answered leaves the unsorted record and makes no contact (R15)', () => {
    const correction = endedAnswered({ received_at: '2025-03-04T09:20:00.000Z' });
    const steps = play([started(), endedMissed(), correction]);
    expect(commandsOf(steps)).toEqual([[], ['unsorted/1', 'note/1'], ['note/2']]);
  });

  it('an answer that created a card and then proved to be no talk still owes the missed task (R6, R15)', () => {
    const missedTask = { ...settings.integration.incoming.missedTask, enabled: true };
    const cardAtAnswer = settingsWith({ cells: { answeredUnknown: withDeal }, incoming: { missedTask } });
    const steps = play(
      [started(), answered(), endedMissed({ received_at: '2025-03-04T09:13:20.000Z' })],
      {},
      cardAtAnswer,
    );
    expect(commandsOf(steps)).toEqual([[], ['contact/1', 'deal/1'], ['task.missed/1', 'note/1']]);
  });

  it('an answer that created a card owed no missed task when its end was first told as rejected, then as no talk (R6, R15)', () => {
    const missedTask = { ...settings.integration.incoming.missedTask, enabled: true };
    const cardAtAnswer = settingsWith({ cells: { answeredUnknown: withDeal }, incoming: { missedTask } });
    const rejected = endedMissed({ outcome: 'rejected', outcome_detail: 'spam' });
    const noTalk = endedMissed({ received_at: '2025-03-04T09:13:20.000Z' });
    const steps = play([started(), answered(), rejected, noTalk], {}, cardAtAnswer);
    expect(commandsOf(steps)).toEqual([[], ['contact/1', 'deal/1'], [], ['task.missed/1', 'note/1']]);
  });

  it('a talk whose end never came within 24 h warned nobody: its decision carries the warning (R4)', () => {
    const identity = { callId: CALL, pbxCallId: '1', settings };
    const dayLater = { ...calm, now: '2025-03-05T09:12:00.000Z' };
    const talking = advance(identity, callOf(started(), answered()), newProgress, calm);
    const closed = advance(identity, callOf(started(), answered()), talking.progress, dayLater);
    expect([talking.decision?.warnings, closed.decision?.warnings]).toEqual([undefined, ['talk_without_end']]);
  });

  it('gives the same ids when history is replayed', () => {
    const events = [started(), answered(), endedAnswered(), recorded()];
    expect(play(events)).toEqual(play(events));
  });
});
