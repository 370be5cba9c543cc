import { describe, expect, it } from '@jest/globals';
import type { EffectCommand, Intent } from '@perezvon/contracts';
import type { CardNow, Now } from './resolution.js';
import { resolve } from './resolve.js';
import { CLIENT } from './testing/given.js';

const status = (id: number, sort: number, type = 0) => ({ id, name: String(id), sort, type });
const pipeline = (id: number, isMain: boolean, first: number) => ({
  id,
  name: String(id),
  sort: id,
  isMain,
  isUnsortedOn: true,
  isArchive: false,
  statuses: [
    status(first, 10, 1),
    status(first + 1, 20),
    status(first + 2, 30),
    status(142, 10_000),
    status(143, 11_000),
  ],
});
const portal = {
  pipelines: [pipeline(10, true, 100), pipeline(20, false, 200)],
  users: [
    { id: 1, name: 'А', isActive: true },
    { id: 2, name: 'Б', isActive: true },
    { id: 3, name: 'уволен', isActive: false },
  ],
};
const now = (more: Partial<Now> = {}): Now => ({
  at: '2025-03-04T09:13:20.000Z',
  card: null,
  portal,
  note: null,
  ...more,
});
const card = (more: Partial<CardNow> = {}): CardNow => ({
  type: 'contact',
  id: 77,
  responsibleUserId: 2,
  activeDeals: [],
  ...more,
});

const command = (intent: Intent): EffectCommand => ({
  type: 'effect',
  commandId: '00000000-0000-5000-8000-000000000001',
  accountId: 'acc-17',
  portalId: '00000000-0000-4000-8000-000000000001',
  lane: 'ru:1',
  callId: '00000000-0000-5000-8000-0000000000aa',
  effect: 'deal',
  revision: 1,
  phone: CLIENT,
  pbxCallId: '1002003004',
  callStartedAt: '2025-03-04T09:12:00.000Z',
  causedAt: '2025-03-04T09:12:11.000Z',
  settingsVersion: 3,
  ruleIds: ['R2'],
  after: [],
  intent,
});

const contact = (responsibleUserId: number | null = 1): Intent => ({
  kind: 'ensure_contact',
  name: 'Автоконтакт',
  responsibleUserId,
  tags: ['7916'],
});
const deal = (more: Partial<Extract<Intent, { kind: 'create_deal' }>> = {}): Intent => ({
  kind: 'create_deal',
  name: 'Звонок',
  pipelineId: 10,
  statusId: 102,
  responsible: 'card_owner',
  defaultResponsibleUserId: 1,
  unlessActiveDealIn: 'all',
  tags: [],
  ...more,
});
const note: Intent = {
  kind: 'call_note',
  direction: 'in',
  durationSec: 60,
  callStatus: 4,
  callResult: null,
  recordUrl: null,
  responsibleUserId: 1,
};

describe('a contact (R2, R5)', () => {
  it('is created when nobody in amoCRM has the phone', () => {
    expect(resolve(command(contact()), now())).toMatchObject({
      kind: 'create_contact',
      phone: CLIENT,
      responsibleUserId: 1,
    });
  });

  it('is never made twice: the card that a person made meanwhile is the client', () => {
    expect(resolve(command(contact()), now({ card: card() }))).toMatchObject({
      kind: 'exists',
      place: { type: 'contact', id: 77 },
    });
  });

  it('a deactivated responsible is left out and the rule is shown broken (R6, R12)', () => {
    expect(resolve(command(contact(3)), now())).toMatchObject({
      responsibleUserId: null,
      ruleIds: ['R2', 'R6', 'R12'],
    });
  });
});

describe('a deal (R2, R6, R12)', () => {
  it("belongs to the card's responsible, on the card", () => {
    expect(resolve(command(deal()), now({ card: card() }))).toMatchObject({
      kind: 'create_lead',
      responsibleUserId: 2,
      on: { type: 'contact', id: 77 },
      pipelineId: 10,
      statusId: 102,
    });
  });

  it("falls to the default when the card's responsible was deactivated", () => {
    const made = resolve(command(deal()), now({ card: card({ responsibleUserId: 3 }) }));
    expect(made).toMatchObject({ responsibleUserId: 1 });
  });

  it('is not made while an active one is in the scope', () => {
    const elsewhere = card({ activeDeals: [{ id: 5, pipelineId: 20 }] });
    expect(resolve(command(deal()), now({ card: elsewhere }))).toMatchObject({
      kind: 'exists',
      place: { type: 'lead', id: 5 },
    });
    const scoped = deal({ unlessActiveDealIn: 'same_pipeline' });
    expect(resolve(command(scoped), now({ card: elsewhere }))).toMatchObject({ kind: 'create_lead' });
    const always = deal({ unlessActiveDealIn: null });
    expect(resolve(command(always), now({ card: elsewhere }))).toMatchObject({ kind: 'create_lead' });
  });

  it('goes to the first working stage of its own pipeline when its stage was deleted', () => {
    const made = resolve(command(deal({ statusId: 999 })), now({ card: card() }));
    expect(made).toMatchObject({ pipelineId: 10, statusId: 101, ruleIds: ['R2', 'R6', 'R12'] });
  });

  it("goes to the main pipeline's first working stage when its pipeline was deleted", () => {
    const made = resolve(command(deal({ pipelineId: 99, statusId: 999 })), now({ card: card() }));
    expect(made).toMatchObject({ pipelineId: 10, statusId: 101 });
  });

  it('is on the company where only a company has the phone', () => {
    const made = resolve(command(deal()), now({ card: card({ type: 'company', id: 88 }) }));
    expect(made).toMatchObject({ on: { type: 'company', id: 88 } });
  });

  it('the call is not dropped when the card was deleted meanwhile', () => {
    expect(resolve(command(deal()), now())).toMatchObject({ kind: 'create_lead', on: null, responsibleUserId: 1 });
  });
});

describe('a call note (R6, R9)', () => {
  it.each([
    ['the only active deal', [{ id: 5, pipelineId: 20 }], { type: 'lead', id: 5 }],
    ['the contact when there is no active deal', [], { type: 'contact', id: 77 }],
    [
      'the contact when there are several',
      [
        { id: 5, pipelineId: 20 },
        { id: 6, pipelineId: 10 },
      ],
      { type: 'contact', id: 77 },
    ],
  ])('goes to %s', (_title, activeDeals, on) => {
    expect(resolve(command(note), now({ card: card({ activeDeals }) }))).toMatchObject({ kind: 'create_note', on });
  });

  it('is updated where it stands, though the deal was closed since', () => {
    const standing = { id: 900, on: { type: 'lead', id: 5 } } as const;
    expect(resolve(command(note), now({ card: card(), note: standing }))).toMatchObject({
      kind: 'update_note',
      noteId: 900,
      on: standing.on,
    });
  });

  it('is not owed to a client without a card', () => {
    expect(resolve(command(note), now())).toMatchObject({ kind: 'skip', reason: 'no_card' });
  });
});

describe('an unsorted record (R2)', () => {
  const unsorted = (direction: 'in' | 'out', pipelineId = 20): Intent => ({
    kind: 'create_unsorted',
    direction,
    pipelineId,
    leadName: 'Звонок',
    contactName: 'Автоконтакт',
    responsibleUserId: 1,
    durationSec: 0,
    recordUrl: null,
    tags: [],
  });

  it.each([
    ['in', 'sip'],
    ['out', 'forms'],
  ] as const)('of a call %s is a %s record, also when the client has deals', (direction, category) => {
    const busy = card({ activeDeals: [{ id: 5, pipelineId: 20 }] });
    expect(resolve(command(unsorted(direction)), now({ card: busy }))).toMatchObject({ category, pipelineId: 20 });
  });

  it('goes to the main pipeline when its own was deleted (R12)', () => {
    expect(resolve(command(unsorted('in', 99)), now())).toMatchObject({ pipelineId: 10, ruleIds: ['R2', 'R12'] });
  });
});
