import { describe, expect, it } from '@jest/globals';
import { routeReason, type ClientCard, type Portal, type RouteReason, type Settings } from '@perezvon/contracts';
import { fallbackWords } from './route-reasons.js';
import { route, type RouteSituation } from './route.js';
import { CLIENT, DEFAULT_INCOMING, PETROVA_IN_CRM, settingsWith } from './testing/given.js';

const IVANOV = 502;

const settings = (change: (settings: Settings) => void = () => undefined): Settings => {
  const document = settingsWith({});
  document.integration.incoming.personalManagerRouting = true;
  change(document);
  return document;
};

const contact = (id: number, more: Partial<ClientCard> = {}): ClientCard => ({
  type: 'contact',
  id,
  responsibleUserId: PETROVA_IN_CRM,
  updatedAt: id,
  activeDealUpdatedAt: null,
  ...more,
});

const users = (...inactive: number[]): Portal['users'] =>
  [PETROVA_IN_CRM, IVANOV, DEFAULT_INCOMING].map((id) => ({ id, name: String(id), isActive: !inactive.includes(id) }));

const asked = (more: Partial<RouteSituation> = {}): RouteSituation => ({
  settings: settings(),
  source: 'canonical',
  direction: 'in',
  client: { raw: CLIENT, e164: CLIENT, kind: 'e164' },
  cards: [contact(1)],
  users: users(),
  ...more,
});

function withoutPhones(document: Settings): void {
  document.employees = document.employees.map((employee) => ({ ...employee, phones: [] }));
}

function withoutAnyAddress(document: Settings): void {
  withoutPhones(document);
  document.employees = document.employees.map((employee) => ({ ...employee, login: null, ext: '' }));
}

describe('R13: the personal manager', () => {
  it('is the employee mapped to the responsible of the contact', () => {
    expect(route(asked())).toMatchObject({
      decision: 'connect',
      reason: 'responsible_of_contact',
      employee: { login: 'petrova' },
      contact: { id: 1 },
    });
  });

  it('is one person when several contacts have the same responsible', () => {
    expect(route(asked({ cards: [contact(1), contact(2)] }))).toMatchObject({
      decision: 'connect',
      contact: { id: 2 },
    });
  });

  it('is not asked of a company, and not confused by one', () => {
    const company = contact(7, { type: 'company', responsibleUserId: IVANOV });
    expect(route(asked({ cards: [company, contact(1)] }))).toMatchObject({ decision: 'connect', contact: { id: 1 } });
    expect(route(asked({ cards: [company] }))).toMatchObject({ reason: 'no_contact' });
  });

  it('is an employee who can be rung, when the responsible has several', () => {
    const spare = { employeeId: '00000000-0000-4000-8000-000000000018', login: 'petrova-2', phones: [] };
    const both = settings((s) => {
      s.employees = [...s.employees.map((e) => ({ ...e, isDisabled: true })), spare];
      s.mapping = [...s.mapping, { employeeId: spare.employeeId, crmUserId: PETROVA_IN_CRM }];
    });
    expect(route(asked({ settings: both }))).toMatchObject({ employee: { login: 'petrova-2' } });
  });

  const FALLBACKS: [RouteReason, Partial<RouteSituation>][] = [
    ['integration_inactive', { settings: settings((s) => (s.integration.active = false)) }],
    ['disabled', { settings: settings((s) => (s.integration.incoming.personalManagerRouting = false)) }],
    ['not_inbound', { direction: 'out' }],
    ['hidden_number', { client: { raw: 'anonymous', e164: null, kind: 'hidden' } }],
    ['invalid_number', { client: { raw: '102', e164: null, kind: 'short' } }],
    ['invalid_number', { client: { raw: '1234567', e164: null, kind: 'invalid' } }],
    ['filtered_number', { settings: settings((s) => (s.integration.incoming.filteredNumbers = [CLIENT])) }],
    ['directory_incomplete', { cards: null }],
    ['no_contact', { cards: [] }],
    ['ambiguous_contact', { cards: [contact(1), contact(2, { responsibleUserId: IVANOV })] }],
    ['responsible_unmapped', { cards: [contact(1, { responsibleUserId: IVANOV })] }],
    ['responsible_unmapped', { cards: [contact(1, { responsibleUserId: null })] }],
    ['responsible_inactive', { users: users(PETROVA_IN_CRM) }],
    [
      'employee_disabled',
      { settings: settings((s) => (s.employees = s.employees.map((e) => ({ ...e, isDisabled: true })))) },
    ],
    ['employee_without_number', { source: 'uis', settings: settings(withoutPhones) }],
    ['employee_without_number', { source: 'itoolabs', settings: settings(withoutAnyAddress) }],
  ];

  it.each(FALLBACKS)('is nobody in particular: %s', (reason, given) => {
    expect(route(asked(given))).toMatchObject({ decision: 'fallback', reason, employee: null });
  });

  it('is told by login or extension to a PBX that can ring those, although there is no full number', () => {
    const named = settings(withoutPhones);
    expect(route(asked({ source: 'itoolabs', settings: named }))).toMatchObject({ decision: 'connect' });
    expect(route(asked({ settings: settings(withoutAnyAddress) }))).toMatchObject({ decision: 'connect' });
  });

  it('is the employee with a full number, when only such a one can be rung and the responsible has several', () => {
    const spare = { employeeId: '00000000-0000-4000-8000-000000000018', phones: ['+79035550199'] };
    const both = settings((s) => {
      withoutPhones(s);
      s.employees = [...s.employees, spare];
      s.mapping = [...s.mapping, { employeeId: spare.employeeId, crmUserId: PETROVA_IN_CRM }];
    });
    expect(route(asked({ source: 'uis', settings: both }))).toMatchObject({ employee: { phones: ['+79035550199'] } });
  });

  it('is not the default responsible’s employee when this PBX cannot ring that employee', () => {
    const byDefault = settings((s) => {
      withoutPhones(s);
      s.integration.incoming.defaultResponsibleUserId = PETROVA_IN_CRM;
    });
    expect(route(asked({ source: 'uis', cards: [], settings: byDefault })).defaultEmployee).toBeNull();
  });

  it('is replaced by the incoming default responsible’s employee, if there is one', () => {
    expect(route(asked({ cards: [] })).defaultEmployee).toBeNull();
    const petrovaByDefault = settings((s) => (s.integration.incoming.defaultResponsibleUserId = PETROVA_IN_CRM));
    expect(route(asked({ cards: [], settings: petrovaByDefault })).defaultEmployee).toMatchObject({ login: 'petrova' });
  });

  it('is not the default responsible’s employee when the PBX disabled that employee', () => {
    const disabled = settings((s) => {
      s.integration.incoming.defaultResponsibleUserId = PETROVA_IN_CRM;
      s.employees = s.employees.map((e) => ({ ...e, isDisabled: true }));
    });
    expect(route(asked({ cards: [], settings: disabled })).defaultEmployee).toBeNull();
  });

  it('counts as active while the portal’s users have not been read', () => {
    expect(route(asked({ users: [] }))).toMatchObject({ decision: 'connect' });
  });

  it.each(routeReason.options.filter((reason) => reason !== 'responsible_of_contact'))(
    'R16: has words in both languages for %s',
    (reason) => {
      expect(fallbackWords(reason)).toEqual({ ru: expect.stringMatching(/[а-я]/), en: expect.stringMatching(/[a-z]/) });
    },
  );

  it('says of each fallback which one it is', () => {
    const shown = new Set(FALLBACKS.map(([reason]) => reason));
    expect([...shown].sort()).toEqual(routeReason.options.filter((r) => r !== 'responsible_of_contact').sort());
  });
});
