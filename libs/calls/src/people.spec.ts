import { describe, expect, it } from '@jest/globals';
import type { CallEmployee, CallEvent } from '@perezvon/contracts';
import { crmUserOf, isEmployeesNumber } from './people.js';
import {
  answered,
  callOf,
  DEFAULT_INCOMING,
  endedAnswered,
  event,
  instantAt,
  PETROVA,
  PETROVA_IN_CRM,
  settingsWith,
  SIDOROV,
  started,
} from './testing/given.js';
import { intent } from './testing/planned.js';
import { playback } from './testing/playback.js';

const entry = (number: number, keys: object) => ({
  employeeId: `00000000-0000-4000-8000-00000000000${number}`,
  phones: [],
  ...keys,
});
const directory = {
  employees: [
    entry(1, { pbxId: '40017', login: 'petrova', ext: '102', phones: ['+79035550101'] }),
    entry(2, { pbxId: '40018', login: 'sidorov', ext: '103', phones: ['+79035550102'] }),
    entry(3, { ext: '200' }),
    entry(4, { ext: '200' }),
    entry(5, { pbxId: '40019' }),
    entry(6, { ext: '206' }),
    entry(7, { pbxId: '40027', phones: ['+79035550107'] }),
    entry(8, { login: 'double', ext: '208' }),
    entry(9, { login: 'double', ext: '209' }),
  ],
  mapping: [1, 2, 3, 4, 6, 7, 8, 9].map((number) => ({
    employeeId: entry(number, {}).employeeId,
    crmUserId: 500 + number,
  })),
};
const userOf = (employee: CallEmployee | null) => crmUserOf(employee, directory);

describe('R14: the amoCRM user of an employee', () => {
  it.each([
    ['the PBX id', { pbx_id: '40017' }, 501],
    ['the login', { login: 'sidorov' }, 502],
    ['the extension', { ext: '102' }, 501],
    ['the phone, however it is spelt', { phone: '79035550102' }, 502],
    ['the strongest key, though a weaker one names somebody else', { pbx_id: '40017', ext: '103' }, 501],
    ['the strongest key, though an entry without it has the extension', { pbx_id: '40017', ext: '206' }, 501],
    ['a weaker key where no entry has the stronger one', { login: 'nobody', ext: '206' }, 506],
    ['the phone of an entry without login and extension', { login: 'new', ext: '300', phone: '79035550107' }, 507],
  ])('is found by %s', (_title, employee, user) => {
    expect(userOf(employee)).toBe(user);
  });

  it.each([
    ['nobody', null],
    ['an employee whom nobody mapped', { pbx_id: '40019' }],
    ['an employee whom nobody knows', { login: 'new' }],
    ['an extension that two employees share: never a random match', { ext: '200' }],
    ['a login that two employees share, though one has the extension too', { login: 'double', ext: '208' }],
    ['an extension of somebody whose PBX id is another one', { pbx_id: '99999', ext: '102' }],
  ])('is none for %s (R6)', (_title, employee) => {
    expect(userOf(employee)).toBeNull();
  });
});

describe('R4: an employee’s own number', () => {
  it('is known by the phones of the employees', () => {
    const told = (e164: string) => ({ raw: e164, e164, kind: 'e164' }) as const;
    expect(isEmployeesNumber(told('+79035550101'), directory)).toBe(true);
    expect(isEmployeesNumber(told('+79161234567'), directory)).toBe(false);
    expect(isEmployeesNumber({ raw: 'anonymous', e164: null, kind: 'hidden' }, directory)).toBe(false);
  });

  it('is his extension too: a call from it was recorded as one of a hidden number', () => {
    const short = (raw: string) => ({ raw, e164: null, kind: 'short' }) as const;
    expect(isEmployeesNumber(short('102'), directory)).toBe(true);
    expect(isEmployeesNumber(short('112'), directory)).toBe(false);
  });
});

describe('R6: who took the call', () => {
  const anna = { ...PETROVA, name: 'Петрова Анна' };
  const [petrovasId, sidorovsId] = [{ pbx_id: PETROVA.pbx_id }, { pbx_id: SIDOROV.pbx_id }];
  const talked = (...employees: readonly CallEmployee[]): Partial<CallEvent> => ({
    participants: employees.map((employee) => ({ employee, rang: true, answered: true, talked: true })),
  });
  const acceptedBy = (which: 'first' | 'last') => settingsWith({ incoming: { acceptedBy: which } });
  const note = (which: 'first' | 'last', ...events: readonly CallEvent[]) =>
    intent('note', events, acceptedBy(which), { clientKnown: true });
  const sidorovThenPetrova = [started(), answered(SIDOROV), event('leg.answered', 40, { employee: PETROVA })];

  it('lost his name from the note when the report came, which names him by his id alone: a duplicate changes nothing (R15)', () => {
    const pulled = endedAnswered({ employee: petrovasId, ...talked(petrovasId), received_at: instantAt(3700) });
    const end = { ...pulled, employee: anna, participants: null, received_at: instantAt(71) };
    const events = [started(), answered(anna), end, pulled];
    expect(note('first', ...events)).toMatchObject({ callResult: anna.name });
    const outcomes = playback({ settings: acceptedBy('first'), clients: {}, isDirectoryComplete: true }, events);
    expect(outcomes.filter(({ at }) => at >= pulled.received_at)).toEqual([]);
  });

  it('was whoever stood first in a report’s list, which has no order: who was heard first counts', () => {
    const pulled = endedAnswered(talked(petrovasId, sidorovsId));
    expect(note('first', ...sidorovThenPetrova, pulled)).toMatchObject({ responsibleUserId: DEFAULT_INCOMING });
    expect(note('last', ...sidorovThenPetrova, pulled)).toMatchObject({ responsibleUserId: PETROVA_IN_CRM });
  });

  it('is nobody where only a list without an order and without the accepted employee tells: never a random one', () => {
    const pulled = endedAnswered({ employee: null, ...talked(petrovasId, sidorovsId) });
    for (const which of ['first', 'last'] as const)
      expect(note(which, pulled)).toMatchObject({ responsibleUserId: DEFAULT_INCOMING });
  });

  it('is the only one who talked by the record, though another’s phone was up first', () => {
    const pulled = endedAnswered({ employee: null, ...talked(petrovasId) });
    for (const which of ['first', 'last'] as const)
      expect(note(which, ...sidorovThenPetrova, pulled)).toMatchObject({ responsibleUserId: PETROVA_IN_CRM });
  });

  it('is none whose phone was up, by the record without a talk, before those who talked', () => {
    const third = { pbx_id: '40099' };
    const pulled = endedAnswered({ employee: third, ...talked(third, petrovasId) });
    expect(note('first', ...sidorovThenPetrova, pulled)).toMatchObject({ responsibleUserId: PETROVA_IN_CRM });
  });

  it('is told by the report where the record alone told nobody, and the other way about', () => {
    const record = endedAnswered({ employee: null, content_hash: 'a'.repeat(64) });
    const pulled = { ...record, ...talked(sidorovsId, petrovasId), first_talked_employee: petrovasId };
    for (const events of [
      [record, pulled],
      [pulled, record],
    ])
      expect(callOf(...events).ended).toMatchObject({ talkers: [sidorovsId, petrovasId], firstTalker: petrovasId });
    expect(note('first', record, pulled)).toMatchObject({ responsibleUserId: PETROVA_IN_CRM });
  });

  it('is told by the times of a record’s talks, in whatever order they stand', () => {
    const at = (employee: CallEmployee, second: number) => ({
      employee,
      first_talk_at: instantAt(second),
      talk_sec: 20,
    });
    const record = (...participants: NonNullable<CallEvent['participants']>) =>
      endedAnswered({ employee: SIDOROV, participants });
    const petrovaFirst = [record(at(SIDOROV, 40), at(PETROVA, 11)), record(at(PETROVA, 11), at(SIDOROV, 40))];
    for (const ended of petrovaFirst) {
      expect(note('first', ended)).toMatchObject({ responsibleUserId: PETROVA_IN_CRM });
      expect(note('last', ended)).toMatchObject({ responsibleUserId: DEFAULT_INCOMING });
    }
  });

  describe('and who was last', () => {
    const back = event('leg.answered', 60, { employee: PETROVA });
    const returned = [started(), answered(), event('leg.answered', 40, { employee: SIDOROV }), back];
    const talkedAt = (employee: CallEmployee, second: number) => ({
      employee,
      first_talk_at: instantAt(second),
      talk_sec: 9,
    });
    const timed = endedAnswered({ participants: [talkedAt(PETROVA, 11), talkedAt(SIDOROV, 40)] });
    const leg = (second: number) =>
      event('call.ended', second, {
        call_id: 'second',
        outcome: 'answered',
        employee: SIDOROV,
        talk_sec: 30,
        total_sec: 30,
      });
    const transferred = event('call.transferred', 39, { to_employee: SIDOROV, linked_call_ids: ['second'] });

    it('was the one to whom the call had been transferred in vain: first talks do not tell who came back (§4.5)', () => {
      expect(note('last', ...returned, timed)).toMatchObject({ responsibleUserId: PETROVA_IN_CRM });
    });

    it('is told by first talks where no leg of the later one was heard of, unless an earlier one came back after it', () => {
      const last = { responsibleUserId: DEFAULT_INCOMING };
      expect(note('last', started(), answered(), timed)).toMatchObject(last);
      expect(note('last', started(), answered(), back, timed)).toMatchObject({ responsibleUserId: PETROVA_IN_CRM });
    });

    it('was the first one, for his leg’s record ended a second after that of the second leg', () => {
      const second = event('leg.answered', 41, { employee: SIDOROV });
      expect(note('last', started(), answered(), transferred, second, leg(70), endedAnswered())).toMatchObject({
        responsibleUserId: DEFAULT_INCOMING,
      });
      expect(note('last', ...returned, transferred, leg(59), endedAnswered())).toMatchObject({
        responsibleUserId: PETROVA_IN_CRM,
      });
    });

    it('is told by the order of the records’ ends where his answer was heard again, though our receipt alone tells when', () => {
      const heard = (second: number, employee: CallEmployee) => {
        const by = { occurred_at: null, occurred_at_quality: 'received', received_at: instantAt(second) } as const;
        return event('leg.answered', second, { employee, ...by });
      };
      const both = [started(), heard(11, PETROVA), transferred, heard(41, SIDOROV), leg(59)];
      expect(note('last', ...both, endedAnswered())).toMatchObject({ responsibleUserId: DEFAULT_INCOMING });
      expect(note('last', ...both, heard(60, PETROVA), endedAnswered())).toMatchObject({
        responsibleUserId: PETROVA_IN_CRM,
      });
      // First talks are by the PBX's clock: the order of our receipts does not gainsay them.
      const crossed = [started(), heard(41, SIDOROV), heard(45, PETROVA), timed];
      expect(note('last', ...crossed)).toMatchObject({ responsibleUserId: DEFAULT_INCOMING });
    });

    it('is told by the order of the records’ ends where no leg of who ended last was heard of', () => {
      expect(note('last', started(), answered(), transferred, endedAnswered({ total_sec: 71 }), leg(90))).toMatchObject(
        {
          responsibleUserId: DEFAULT_INCOMING,
        },
      );
    });
  });

  it('stayed with who was transferred to, for the event of the return was lost: the record names who talked last (R4)', () => {
    const told = endedAnswered({ employee: SIDOROV, last_talked_employee: sidorovsId });
    const petrova = [started(), answered(SIDOROV), event('leg.answered', 40, { employee: PETROVA })];
    expect(note('last', ...petrova, told)).toMatchObject({ responsibleUserId: DEFAULT_INCOMING });
    expect(note('last', ...petrova, endedAnswered({ employee: SIDOROV }))).toMatchObject({
      responsibleUserId: PETROVA_IN_CRM,
    });
  });

  it('stayed with the second, for the event of the first answer was lost: the record names who talked first (R4)', () => {
    const record = endedAnswered({ employee: SIDOROV, first_talked_employee: petrovasId });
    expect(note('first', started(), answered(SIDOROV), record)).toMatchObject({ responsibleUserId: PETROVA_IN_CRM });
  });
});
