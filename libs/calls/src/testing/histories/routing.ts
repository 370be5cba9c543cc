import type { CallClient, ClientCard, PbxEmployee, RouteReason } from '@perezvon/contracts';
import { answered, CLIENT, DEFAULT_INCOMING, endedAnswered, instantAt, PETROVA_IN_CRM, started } from '../given.js';
import { CARD_OWNER } from '../portal-now.js';
import { KNOWN, type History, type RouteAsked } from './history.js';

/** Who the PBX is told to connect a caller to, and why nobody in particular: R13, reference/pbx-events.md §4.10. */

const employee = (login: string, last: number, more: Partial<PbxEmployee> = {}): PbxEmployee => ({
  employeeId: `00000000-0000-4000-8000-0000000001${String(last)}`,
  login,
  phones: [`+790355501${String(last)}`],
  ...more,
});
const petrova = employee('petrova', 11);
const reception = employee('reception', 10);
const mapped = (...pairs: readonly (readonly [PbxEmployee, number])[]) => ({
  employees: pairs.map(([one]) => one),
  mapping: pairs.map(([{ employeeId }, crmUserId]) => ({ employeeId, crmUserId })),
});
const both = mapped([petrova, PETROVA_IN_CRM], [reception, DEFAULT_INCOMING]);
const on = { incoming: { personalManagerRouting: true }, ...both };

const contact = (id: number, responsibleUserId: number | null = PETROVA_IN_CRM): ClientCard => ({
  type: 'contact',
  id,
  responsibleUserId,
  updatedAt: 1_741_000_000 + id,
  activeDealUpdatedAt: null,
});
const company = (id: number, responsibleUserId: number): ClientCard => ({
  ...contact(id, responsibleUserId),
  type: 'company',
});

const asked = (more: Partial<RouteAsked> = {}): RouteAsked => ({
  at: instantAt(1),
  call: '1002003004',
  cards: [contact(77)],
  ...more,
});

type Fallback = readonly [
  reason: Exclude<RouteReason, 'responsible_of_contact'>,
  title: string,
  settings: History['settings'],
  question: Partial<RouteAsked>,
];

const anonymous: CallClient = { raw: 'anonymous', e164: null, kind: 'hidden' };
const extension: CallClient = { raw: '102', e164: null, kind: 'short' };
const elsewhereOwned = contact(77, CARD_OWNER);
const withPetrova = (more: Partial<PbxEmployee>) => ({
  ...on,
  ...mapped([{ ...petrova, ...more }, PETROVA_IN_CRM], [reception, DEFAULT_INCOMING]),
});

const fallbacks: readonly Fallback[] = [
  ['disabled', 'The personal manager is switched off', { ...on, incoming: {} }, {}],
  ['integration_inactive', 'The integration is switched off', { ...on, active: false }, {}],
  ['not_inbound', 'The PBX asks about an outgoing call', on, { direction: 'out' }],
  ['hidden_number', 'The caller hides the number', on, { client: anonymous, cards: null }],
  ['invalid_number', 'The caller is an extension', on, { client: extension, cards: null }],
  [
    'filtered_number',
    'The number is in the filter of incoming calls',
    { ...on, incoming: { ...on.incoming, filteredNumbers: [CLIENT] } },
    {},
  ],
  [
    'directory_incomplete',
    'The directory has not been read to its end and does not know the number',
    on,
    { cards: null },
  ],
  ['no_contact', 'Only a company has the number', on, { cards: [company(88, PETROVA_IN_CRM)] }],
  [
    'ambiguous_contact',
    'Two contacts of two responsibles have the number',
    on,
    { cards: [contact(77), contact(78, CARD_OWNER)] },
  ],
  ['responsible_unmapped', 'Nobody in the PBX is the responsible', on, { cards: [elsewhereOwned] }],
  ['responsible_inactive', 'The responsible was deactivated in amoCRM', on, { deactivated: [PETROVA_IN_CRM] }],
  ['employee_disabled', 'The responsible’s employee was disabled in the PBX', withPetrova({ isDisabled: true }), {}],
  [
    'employee_without_number',
    'The responsible’s employee has only a login, and UIS rings full numbers',
    withPetrova({ phones: [] }),
    { source: 'uis' },
  ],
];

const fallbackHistories = fallbacks.map(([reason, title, settings, question]): History => ({
  name: `r13-${reason.replaceAll('_', '-')}`,
  title,
  settings,
  events: [],
  questions: [asked(question)],
}));

export const routingHistories: readonly History[] = [
  {
    name: 'r13-responsible-of-the-contact',
    title: 'The caller is connected to the employee of the contact’s responsible, who then takes the call',
    settings: on,
    client: KNOWN,
    questions: [asked()],
    events: [started(), answered({ login: 'petrova' }), endedAnswered({ employee: { login: 'petrova' } })],
  },
  {
    name: 'r13-the-same-answer-within-a-call',
    title: 'The responsible changes while the call rings: this call’s answer stands, the next call has the new one',
    settings: on,
    questions: [
      asked(),
      asked({ at: instantAt(8), cards: [contact(77, DEFAULT_INCOMING)] }),
      asked({ at: instantAt(600), call: '1002003005', cards: [contact(77, DEFAULT_INCOMING)] }),
    ],
    events: [],
  },
  {
    name: 'r13-several-contacts-of-one-responsible',
    title: 'Several contacts have the number and one responsible: that one; a company beside them does not count',
    settings: on,
    questions: [asked({ cards: [contact(77), contact(78), company(88, CARD_OWNER)] })],
    events: [],
  },
  {
    name: 'r13-nobody-by-default',
    title: 'The default responsible has no employee: the fallback names nobody',
    settings: { ...on, ...mapped([petrova, PETROVA_IN_CRM]) },
    questions: [asked({ cards: [] })],
    events: [],
  },
  ...fallbackHistories,
];
