import { describe, expect, it } from '@jest/globals';
import type { CallNoteIntent, EffectCommand, Intent } from '@perezvon/contracts';
import type { CardNow, Now } from './resolution.js';
import { needsCard, resolve } from './resolve.js';
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
  isInUnsorted: false,
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
const note: CallNoteIntent = {
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

  it('was made anew with each call when its pipeline was deleted: the one that stands in for it was not looked at (R2, R12)', () => {
    const intoDeleted = deal({ pipelineId: 99, statusId: 991, unlessActiveDealIn: 'same_pipeline' });
    const client = card({ activeDeals: [{ id: 900, pipelineId: 10 }] });
    expect(resolve(command(intoDeleted), now({ card: client }))).toMatchObject({
      kind: 'exists',
      place: { id: 900 },
      ruleIds: ['R12', 'R2'],
    });
  });

  it('was dropped when its own pipeline was left without a working stage: it goes to the main one (R12)', () => {
    const emptied = portal.pipelines.map((p) =>
      p.id === 20 ? { ...p, statuses: [status(142, 1), status(143, 2)] } : p,
    );
    const wanted = deal({ pipelineId: 20, statusId: 202 });
    expect(resolve(command(wanted), now({ portal: { ...portal, pipelines: emptied } }))).toMatchObject({
      kind: 'create_lead',
      pipelineId: 10,
      statusId: 101,
      reasons: [{ ruleId: 'R12', code: 'no_working_stage' }],
    });
  });

  it('was dropped when the main pipeline had no working stage: it goes to any that has one (R12)', () => {
    const emptied = portal.pipelines.map((p) => (p.id === 10 ? { ...p, statuses: [status(142, 1)] } : p));
    expect(resolve(command(deal()), now({ portal: { ...portal, pipelines: emptied } }))).toMatchObject({
      kind: 'create_lead',
      pipelineId: 20,
      statusId: 201,
    });
  });

  it('an archived pipeline counts as deleted', () => {
    const pipelines = portal.pipelines.map((p) => ({ ...p, isArchive: p.id === 20 }));
    const made = resolve(command(deal({ pipelineId: 20, statusId: 202 })), now({ portal: { ...portal, pipelines } }));
    expect(made).toMatchObject({ pipelineId: 10, statusId: 101, reasons: [{ code: 'pipeline_deleted' }] });
  });

  it('the first working stage is never won or lost, wherever amoCRM sorts them', () => {
    const statuses = [status(142, 1), status(143, 2), status(101, 20)];
    const pipelines = portal.pipelines.map((p) => (p.id === 10 ? { ...p, statuses } : p));
    const made = resolve(command(deal({ statusId: 999 })), now({ portal: { ...portal, pipelines } }));
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

describe('R6: a task', () => {
  const task = (more: Partial<Extract<Intent, { kind: 'create_task' }>> = {}): Intent => ({
    kind: 'create_task',
    text: 'Перезвонить: +79161234567',
    taskTypeId: null,
    callEndedAt: '2025-03-04T09:13:11.000Z',
    dueInMinutes: 60,
    responsible: 'card_owner',
    defaultResponsibleUserId: 1,
    ...more,
  });

  it("goes to the call's place, for the card's responsible", () => {
    const busy = card({ activeDeals: [{ id: 5, pipelineId: 20 }] });
    expect(resolve(command(task()), now({ card: busy }))).toMatchObject({
      kind: 'create_task',
      on: { type: 'lead', id: 5 },
      responsibleUserId: 2,
    });
  });

  it('stands alone, for the default responsible, when the client has no card', () => {
    expect(resolve(command(task()), now())).toMatchObject({
      on: null,
      responsibleUserId: 1,
      reasons: [{ ruleId: 'R6', code: 'task_stands_alone' }],
    });
  });

  it('carries the number when it stands alone, though its own text leaves it out, and only then', () => {
    const silent = command(task({ text: 'Перезвонить клиенту' }));
    expect(resolve(silent, now())).toMatchObject({ text: `Перезвонить клиенту ${CLIENT}` });
    expect(resolve(silent, now({ card: card() }))).toMatchObject({ text: 'Перезвонить клиенту' });
    expect(resolve(command(task()), now())).toMatchObject({ text: `Перезвонить: ${CLIENT}` });
  });

  it.each([
    ['counts from the end of the call', '2025-03-04T09:13:20.000Z', '2025-03-04T10:13:11.000Z'],
    ['is never less than 15 minutes after the writing', '2025-03-04T12:00:00.000Z', '2025-03-04T12:15:00.000Z'],
  ])('its term %s', (_title, at, completeTill) => {
    expect(resolve(command(task()), now({ at }))).toMatchObject({ completeTill });
  });

  it.each([
    ['the employee who took the call', 2, 2, []],
    ['the default responsible when nobody is mapped', 'default', 1, []],
    ['the default responsible when the employee was deactivated (R12)', 3, 1, ['responsible_inactive']],
  ] as const)('is for %s', (_title, responsible, responsibleUserId, codes) => {
    const made = resolve(command(task({ responsible })), now({ card: card() }));
    expect(made).toMatchObject({ responsibleUserId });
    expect(made.reasons.map(({ code }) => code)).toEqual(codes);
  });
});

describe('R12: unsorted is switched off in amoCRM', () => {
  const unsorted: Intent = {
    kind: 'create_unsorted',
    direction: 'in',
    pipelineId: 20,
    leadName: 'Звонок',
    contactName: 'Автоконтакт',
    responsibleUserId: 1,
    durationSec: 0,
    recordUrl: null,
    tags: ['7916'],
  };
  const off = { ...portal, isUnsortedOn: false };

  it('an unknown client gets a contact and a deal in the first working stage of that pipeline', () => {
    expect(resolve(command(unsorted), now({ portal: off }))).toMatchObject({
      kind: 'create_contact_and_lead',
      contact: { name: 'Автоконтакт', phone: CLIENT, tags: ['7916'] },
      lead: { name: 'Звонок', pipelineId: 20, statusId: 201, responsibleUserId: 1 },
      reasons: [{ code: 'unsorted_off' }],
    });
  });

  it('a known client gets the deal alone, unless one is active', () => {
    expect(resolve(command(unsorted), now({ portal: off, card: card() }))).toMatchObject({
      kind: 'create_lead',
      on: { type: 'contact', id: 77 },
      responsibleUserId: 2,
    });
    const busy = card({ activeDeals: [{ id: 5, pipelineId: 10 }] });
    expect(resolve(command(unsorted), now({ portal: off, card: busy }))).toMatchObject({ kind: 'exists' });
  });

  it('the rule was not shown broken where an active deal took the record’s place: it is, and the journal says why', () => {
    const busy = card({ activeDeals: [{ id: 5, pipelineId: 10 }] });
    const { ruleIds, reasons } = resolve(command(unsorted), now({ portal: off, card: busy }));
    expect(ruleIds).toEqual(['R12', 'R2']);
    expect(reasons.map(({ code }) => code)).toEqual(['unsorted_off', 'active_deal_exists']);
  });

  it('a deal that is active in another pipeline kept the one of this pipeline away, whatever the scope (R2)', () => {
    const elsewhere = card({ activeDeals: [{ id: 5, pipelineId: 10 }] });
    const scoped: Intent = { ...unsorted, unlessActiveDealIn: 'same_pipeline' };
    expect(resolve(command(scoped), now({ portal: off, card: elsewhere }))).toMatchObject({ kind: 'create_lead' });
    const here = card({ activeDeals: [{ id: 6, pipelineId: 20 }] });
    expect(resolve(command(scoped), now({ portal: off, card: here }))).toMatchObject({ kind: 'exists' });
  });

  it('in that pipeline alone, the same', () => {
    const pipelines = portal.pipelines.map((p) => ({ ...p, isUnsortedOn: p.id !== 20 }));
    expect(resolve(command(unsorted), now({ portal: { ...portal, pipelines } }))).toMatchObject({
      kind: 'create_contact_and_lead',
    });
  });

  it('only then the card is looked at', () => {
    expect(needsCard(command(unsorted), now())).toBe(false);
    expect(needsCard(command(unsorted), now({ portal: off }))).toBe(true);
  });

  it('the call’s note was lost with the record: it is written on the card that took the record’s place (R9)', () => {
    const owed = command({ ...note, unlessUnsorted: true });
    const made = card({ activeDeals: [{ id: 5, pipelineId: 20 }] });
    expect(needsCard(owed, now())).toBe(true);
    expect(resolve(owed, now({ card: made }))).toMatchObject({ kind: 'create_note', on: { type: 'lead', id: 5 } });
  });

  it.each([
    ['in', 'unsorted_carries_the_call'],
    ['out', 'no_card'],
  ] as const)(
    'a call %s whose record was taken gets no note beside it, and amoCRM is asked nothing (R9)',
    (direction, reason) => {
      const owed = command({ ...note, direction, unlessUnsorted: true });
      expect(needsCard(owed, now({ isInUnsorted: true }))).toBe(false);
      expect(resolve(owed, now({ isInUnsorted: true }))).toMatchObject({ kind: 'skip', reason });
    },
  );

  it('a note that stands already is kept up to date, though a correction made an unsorted record since (R15)', () => {
    const owed = command({ ...note, unlessUnsorted: true });
    const standing = { id: 900, on: { type: 'contact', id: 77 } } as const;
    expect(resolve(owed, now({ note: standing, isInUnsorted: true }))).toMatchObject({ kind: 'update_note' });
  });
});

describe('R6: deactivated users', () => {
  it("the card's responsible is deactivated: the default takes the deal", () => {
    const made = resolve(command(deal()), now({ card: card({ responsibleUserId: 3 }) }));
    expect(made).toMatchObject({ responsibleUserId: 1, reasons: [{ ruleId: 'R6', code: 'owner_inactive' }] });
  });

  it('a person made the card of an unknown client meanwhile: the deal is for its responsible (R3)', () => {
    const made = resolve(command(deal({ responsible: 'default' })), now({ card: card() }));
    expect(made).toMatchObject({ responsibleUserId: 2 });
  });

  it('the employee of a note is deactivated: the default takes its place (R12)', () => {
    const wanted: Intent = { ...note, responsibleUserId: 3, defaultResponsibleUserId: 1 };
    expect(resolve(command(wanted), now({ card: card() }))).toMatchObject({ note: { responsibleUserId: 1 } });
  });
});
