import { describe, expect, it } from '@jest/globals';
import type { CallEmployee } from '@perezvon/contracts';
import { crmUserOf, isEmployeesNumber } from './people.js';

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
  ],
  mapping: [1, 2, 3, 4].map((number) => ({ employeeId: entry(number, {}).employeeId, crmUserId: 500 + number })),
};
const userOf = (employee: CallEmployee | null) => crmUserOf(employee, directory);

describe('R14: the amoCRM user of an employee', () => {
  it.each([
    ['the PBX id', { pbx_id: '40017' }, 501],
    ['the login', { login: 'sidorov' }, 502],
    ['the extension', { ext: '102' }, 501],
    ['the phone, however it is spelt', { phone: '79035550102' }, 502],
    ['the strongest key, though a weaker one names somebody else', { pbx_id: '40017', ext: '103' }, 501],
  ])('is found by %s', (_title, employee, user) => {
    expect(userOf(employee)).toBe(user);
  });

  it.each([
    ['nobody', null],
    ['an employee whom nobody mapped', { pbx_id: '40019' }],
    ['an employee whom nobody knows', { login: 'new' }],
    ['an extension that two employees share: never a random match', { ext: '200' }],
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
