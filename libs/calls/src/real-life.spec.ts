import { describe, expect, it } from '@jest/globals';
import {
  answered,
  endedAnswered,
  endedMissed,
  event,
  instantAt,
  PETROVA,
  PETROVA_IN_CRM,
  ringing,
  settingsWith,
  SIDOROV,
  started,
  withDeal,
} from './testing/given.js';
import { intent, plan } from './testing/planned.js';
import { playback } from './testing/playback.js';

/** What PBXs really send (reference/pbx-events.md §5), as far as the meaning of a call is in question. */
describe('real life', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal }, incoming: { missedTask: { enabled: true } } });
  const twoHoursOn = { heardAt: instantAt(60), now: instantAt(7200) };

  it('§5.2: a caller who sat in a queue for an hour without an event stayed missed (sipgate #93): the answer counts (R4, R15)', () => {
    const late = [
      event('leg.answered', 3600, { employee: PETROVA }),
      event('call.ended', 3660, {
        outcome: 'answered',
        employee: PETROVA,
        wait_sec: 3600,
        talk_sec: 60,
        total_sec: 3660,
      }),
    ];
    const outcomes = playback({ settings, clients: {}, isDirectoryComplete: true }, [started(), ...late]);
    const told = outcomes.map(({ decision, commands }) => [
      decision?.cell ?? null,
      commands.map((command) =>
        command.type === 'effect' ? `${command.effect}/${String(command.revision)}` : command.type,
      ),
    ]);
    expect(told.filter(([, commands]) => commands?.length)).toEqual([
      ['missedUnknown', ['task.missed/1', 'note/1']],
      ['answeredUnknown', ['contact/1', 'deal/1']],
      ['answeredUnknown', ['note/2']],
    ]);
  });

  it('§5.2: an answer was never told and the hang-up said «cancel» (sipgate #109): measured talk is an answer (R4)', () => {
    const end = endedMissed({ outcome_detail: 'cancelled', talk_sec: 40, employee: PETROVA });
    expect(plan([started(), end], settings).cell).toBe('answeredUnknown');
  });

  it('§5.2: no hang-up came after voice mail (sipgate #43): the call is over after the silence, and missed (R4)', () => {
    const voiceMail = event('leg.answered', 20, { employee: null, group: { id: 'voicemail' } });
    const over = plan([started(), ringing(), voiceMail], settings, twoHoursOn);
    expect(over.cell).toBe('missedUnknown');
    expect(over.effects.map(({ effect }) => effect)).toContain('task.missed');
  });

  it('§5.2: a transfer that no event told left the call with who answered first (sipgate #61): the record names who had it last (R6)', () => {
    const last = settingsWith({ incoming: { acceptedBy: 'last' } });
    const events = [started(), answered(SIDOROV), endedAnswered({ employee: PETROVA })];
    expect(intent('note', events, last, { clientKnown: true })).toMatchObject({ responsibleUserId: PETROVA_IN_CRM });
  });

  it('§5.2: the second leg’s end was never sent (jambonz #622): the end of the call does not wait for it (R3)', () => {
    const hungUp = event('leg.ended', 40, { employee: PETROVA });
    const second = event('leg.answered', 41, { employee: SIDOROV });
    const made = plan([started(), answered(), hungUp, second, endedAnswered()], settings);
    expect(made).toMatchObject({ cell: 'answeredUnknown', wait: null });
  });

  it('§5.2: the hang-ups of the phones that lost the race closed the winner’s (MikoPBX #1084): the winner goes on talking (R4)', () => {
    const losers = event('leg.ended', 12, { employee: SIDOROV });
    expect(plan([started(), ringing(SIDOROV), ringing(), answered(), losers], settings, twoHoursOn).ended).toBeNull();
  });

  it('§5.3: the transferring phone’s hang-up was taken for the end of the talk (MikoPBX): the talk goes on (R4)', () => {
    const hungUp = event('leg.ended', 23, { employee: PETROVA });
    const taken = event('leg.answered', 22, { employee: SIDOROV });
    expect(plan([started(), answered(), taken, hungUp], settings, twoHoursOn).ended).toBeNull();
  });
});
