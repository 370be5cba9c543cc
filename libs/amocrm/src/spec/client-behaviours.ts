import { expect } from '@jest/globals';
import { type RunningEmulator } from '@perezvon/amocrm-emulator';
import { accountParts, fieldValues, type AmocrmClient, type Page, type Pages } from '../index.js';
import { type Step } from '../testing/scripted-portal.js';
import * as recorded from './recorded-answers.js';

/** One thing that the client does, whoever is at the other end. */
export interface Behaviour {
  what: string;
  /** What amoCRM answers by the reference, one a request. */
  recorded: readonly Step[];
  /** Brings the emulator into the same situation. */
  arrange?: (emulator: RunningEmulator) => void;
  check: (client: AmocrmClient) => Promise<void>;
}

const phone = '+79161234567';
const person = {
  name: 'Иван',
  custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone, enum_code: 'MOB' }] }],
};
const callNote = { uniq: 'call-1', duration: 12, source: 'Perezvon', phone };
const claim = { source_uid: 'call-1', source_name: 'Perezvon' };
const sip = {
  called_at: 1_767_225_600,
  duration: 0,
  link: '',
  service_code: 'perezvon',
  uniq: 'call-1',
  call_responsible: null,
  is_call_event_needed: false,
};
const destination = 'https://perezvon.example/v1/amocrm/1/secret';

/** Of a result that has to be a success. */
function value<T>(result: { kind: string; value?: T }): T {
  if (result.kind !== 'done' || result.value === undefined) throw new Error(JSON.stringify(result));
  return result.value;
}

/** The id of the one thing just created. */
function idOf(result: Parameters<typeof value<{ kind: string; value?: { id: number } }[]>>[0]): number {
  const [item] = value(result);
  return value(item ?? { kind: 'nothing' }).id;
}

async function pagesOf<T>(pages: Pages<T>): Promise<Page<T>[]> {
  const read: Page<T>[] = [];
  for await (const page of pages) read.push(value(page));
  return read;
}

const portalOf = (emulator: RunningEmulator) => emulator.control.portal();

/** The next request to the path ends so. */
const fault =
  (rule: object) =>
  (emulator: RunningEmulator): void => {
    const added = emulator.control.faults.add(rule);
    if ('problem' in added) throw new Error(added.problem);
  };
const contactsFail = (rule: object) => fault({ method: 'POST', path: '/api/v4/contacts', ...rule });

export const reads: Behaviour[] = [
  {
    what: 'the account, with every part of it (§3.1)',
    recorded: [recorded.account],
    check: async (client) => {
      expect(value(await client.account({ with: accountParts }))).toMatchObject({
        id: expect.any(Number),
        subdomain: 'demo',
        is_api_filter_enabled: false,
        _embedded: { users_groups: [{ id: 0 }], task_types: [{ id: 1 }, { id: 2 }] },
      });
    },
  },
  {
    what: 'pipelines with their stages: «Неразобранное» is of type 1, won and lost are the same everywhere (§3.3)',
    recorded: [recorded.pipelines],
    check: async (client) => {
      for (const pipeline of value(await client.pipelines())) {
        const { statuses } = pipeline._embedded;
        expect(statuses.filter(({ type }) => type === 1)).toHaveLength(1);
        expect(statuses.map(({ id }) => id)).toEqual(expect.arrayContaining([142, 143]));
      }
    },
  },
  {
    what: 'users, deactivated ones among them (§3.2)',
    recorded: [recorded.users],
    check: async (client) => {
      const users = value(await client.users());
      expect(users.filter(({ rights }) => !rights.is_active)).toMatchObject([{ id: 104 }]);
    },
  },
  {
    what: 'a user who is not there: 404 (§12.1)',
    recorded: [recorded.notFound],
    check: async (client) => expect(await client.user(999)).toMatchObject({ kind: 'done', value: null }),
  },
  {
    what: 'a card that is not there: 204 (§2.4)',
    recorded: [recorded.nothing, recorded.nothing, recorded.nothing],
    check: async (client) => {
      expect(value(await client.contact(1))).toBeNull();
      expect(value(await client.company(1))).toBeNull();
      expect(value(await client.lead(1))).toBeNull();
    },
  },
  {
    what: 'a search that finds nothing: 204 (§2.4)',
    recorded: [recorded.nothing],
    check: async (client) => expect(value(await client.findContacts('9169999999'))).toEqual([]),
  },
  {
    what: 'a claim that is not there: 404 (§5.3)',
    recorded: [recorded.notFound],
    check: async (client) => expect(value(await client.unsorted('no-such-uid'))).toBeNull(),
  },
];

export const writes: Behaviour[] = [
  {
    what: 'a contact is created, found by ten digits, and has the phone that was sent (§3.6, §4.1)',
    recorded: [recorded.createdContact, recorded.contactList],
    check: async (client) => {
      const id = idOf(await client.createContacts([person]));
      const [found] = value(await client.findContacts('9161234567'));
      expect(found?.id).toBe(id);
      expect(found && fieldValues(found, 'PHONE')).toEqual([phone]);
    },
  },
  {
    what: 'a deal with its new contact is one request; the answer is a bare array (§4.3)',
    recorded: [recorded.createdComplex, recorded.lead],
    check: async (client) => {
      const lead = {
        name: 'Звонок',
        pipeline_id: 3101,
        status_id: 31011,
        _embedded: { contacts: [person] as [object] },
      };
      const [item] = value(await client.createLeadsComplex([lead]));
      const made = value(item ?? { kind: 'nothing' });
      expect(made).toMatchObject({ companyId: null, merged: false });
      const stored = value(await client.lead(made.id));
      expect(stored?._embedded.contacts).toMatchObject([{ id: made.contactId }]);
    },
  },
  {
    what: 'a deal in «Неразобранное» is refused, and amoCRM names the item and the field (§2.5, §4.1)',
    recorded: [recorded.refusedChoice('status_id')],
    check: async (client) => {
      expect(await client.createLeads([{ name: 'x', pipeline_id: 3101, status_id: 31010 }])).toMatchObject({
        kind: 'rejected',
        reason: 'validation_failed',
        unnamedMayBeApplied: false,
        items: [{ index: 0, errors: [{ code: 'NotSupportedChoice', path: expect.stringContaining('status_id') }] }],
      });
    },
  },
  {
    what: 'of a batch with a deactivated responsible the others may have been kept (§2.5, §12.1)',
    recorded: [recorded.refusedChoice('responsible_user_id', '1')],
    check: async (client) => {
      expect(await client.createContacts([person, { name: 'Пётр', responsible_user_id: 104 }])).toMatchObject({
        kind: 'rejected',
        unnamedMayBeApplied: true,
        items: [{ index: 1, errors: [{ code: 'NotSupportedChoice' }] }],
      });
    },
  },
  {
    what: 'a call note is found again by its uniq, and its status is a number whatever amoCRM says (§6.2)',
    recorded: [recorded.createdContact, recorded.createdNote, recorded.noteList],
    check: async (client) => {
      const contactId = idOf(await client.createContacts([person]));
      const params = { ...callNote, call_status: 4 };
      const noteId = idOf(
        await client.createNotes('contacts', [{ entity_id: contactId, note_type: 'call_in', params }]),
      );
      const [page] = await pagesOf(client.listNotes('contacts', contactId, { types: ['call_in', 'call_out'] }));
      expect(page?.items).toMatchObject([{ id: noteId, params: { uniq: 'call-1', call_status: 4 } }]);
    },
  },
  {
    what: 'a note is brought to a new state, not written a second time (§6.2)',
    recorded: [recorded.createdContact, recorded.createdNote, recorded.patchedNote, recorded.noteWithLink],
    check: async (client) => {
      const contactId = idOf(await client.createContacts([person]));
      const note = { entity_id: contactId, note_type: 'call_in', params: callNote } as const;
      const noteId = idOf(await client.createNotes('contacts', [note]));
      const link = 'https://records.example/1.mp3';
      const patch = { id: noteId, ...note, params: { ...callNote, link } };
      expect(value(await client.patchNotes('contacts', [patch]))).toMatchObject([{ value: { id: noteId } }]);
      expect(value(await client.note('contacts', noteId))).toMatchObject({ params: { link } });
    },
  },
  {
    what: 'a task stands on its card, and is found there while it is open (§7)',
    recorded: [recorded.createdContact, recorded.createdTask, recorded.taskList],
    check: async (client) => {
      const contactId = idOf(await client.createContacts([person]));
      const task = { text: 'Перезвонить', complete_till: 1_767_225_600, task_type_id: 1 };
      const taskId = idOf(await client.createTasks([{ ...task, entity_id: contactId, entity_type: 'contacts' }]));
      const entity = { type: 'contacts', id: contactId } as const;
      const [page] = await pagesOf(client.listTasks({ entity, isCompleted: false }));
      expect(page?.items).toMatchObject([{ id: taskId, text: 'Перезвонить', entity_type: 'contacts' }]);
    },
  },
  {
    what: 'a claim of an incoming call waits with its marks, and has its deal and contact at once (§5.2)',
    recorded: [recorded.createdClaim, recorded.claimList, recorded.summary],
    check: async (client) => {
      const lead = { name: 'Пропущенный звонок' };
      const [item] = value(
        await client.createUnsortedSip([
          { ...claim, metadata: { ...sip, phone }, _embedded: { leads: [lead], contacts: [person] } },
        ]),
      );
      const made = value(item ?? { kind: 'nothing' });
      expect([made.contactIds.length, made.leadIds.length]).toEqual([1, 1]);
      const [page] = await pagesOf(client.listUnsorted({ category: 'sip' }));
      expect(page?.items).toMatchObject([{ uid: made.uid, source_uid: 'call-1', metadata: { uniq: 'call-1' } }]);
      const summary = value(await client.unsortedSummary({ uids: [made.uid] }));
      expect(summary).toMatchObject({ total: 1, accepted: 0, declined: 0 });
    },
  },
  {
    what: 'an outgoing call is a form, since sip takes incoming ones only (§5.3)',
    recorded: [recorded.createdClaim],
    check: async (client) => {
      const form = { form_id: 'f', form_name: 'Исходящий', form_page: 'p', form_sent_at: 1_767_225_600 };
      const metadata = { ...form, ip: '127.0.0.1', referer: 'https://perezvon.example' };
      const [item] = value(
        await client.createUnsortedForms([{ ...claim, metadata, _embedded: { leads: [{}], contacts: [person] } }]),
      );
      expect(value(item ?? { kind: 'nothing' }).uid).toEqual(expect.any(String));
    },
  },
  {
    what: 'our field is made for the API alone, and found by its code (§3.4)',
    recorded: [recorded.createdField, recorded.fieldList],
    check: async (client) => {
      const field = { type: 'text', name: 'Perezvon', code: 'PEREZVON', is_api_only: true } as const;
      const id = idOf(await client.createCustomField('leads', field));
      const fields = value(await client.customFields('leads'));
      expect(fields.find(({ code }) => code === 'PEREZVON')).toMatchObject({ id, is_api_only: true });
    },
  },
  {
    what: 'a tag that exists gives the id it has (§4.2)',
    recorded: [recorded.createdTag, recorded.createdTag, recorded.tagList],
    check: async (client) => {
      const id = idOf(await client.createTags('leads', [{ name: '79161234567' }]));
      expect(idOf(await client.createTags('leads', [{ name: '79161234567' }]))).toBe(id);
      expect(value(await client.tags('leads', { name: '79161234567' }))).toMatchObject([{ id }]);
    },
  },
  {
    what: 'a contact is linked from the deal’s side (§4.4)',
    recorded: [recorded.createdContact, recorded.createdLead, recorded.linked, recorded.linked],
    check: async (client) => {
      const contactId = idOf(await client.createContacts([person]));
      const leadId = idOf(await client.createLeads([{ name: 'Звонок' }]));
      const expected = [{ type: 'contacts', id: contactId }];
      expect(value(await client.link('leads', leadId, [{ type: 'contacts', id: contactId }]))).toMatchObject(expected);
      expect(value(await client.links('leads', leadId))).toMatchObject(expected);
    },
  },
  {
    what: 'a webhook is subscribed (201), listed and given up (§9.1)',
    recorded: [recorded.webhook, recorded.webhookList, recorded.nothing, recorded.nothing],
    check: async (client) => {
      const { id } = value(await client.subscribeWebhook({ destination, settings: ['add_contact'] }));
      expect(value(await client.webhooks({ destination }))).toMatchObject([{ id, settings: ['add_contact'] }]);
      expect(await client.unsubscribeWebhook(destination)).toMatchObject({ kind: 'done' });
      expect(await client.unsubscribeWebhook(destination)).toMatchObject({ kind: 'done' });
    },
  },
  {
    what: 'what happened is told by events, and a call’s event names its note (§6.3)',
    recorded: [recorded.createdContact, recorded.createdNote, recorded.eventList],
    check: async (client) => {
      const contactId = idOf(await client.createContacts([person]));
      const note = { entity_id: contactId, note_type: 'call_in', params: callNote } as const;
      const noteId = idOf(await client.createNotes('contacts', [note]));
      const [page] = await pagesOf(client.listEvents({ types: ['incoming_call'] }));
      expect(page?.items).toMatchObject([{ type: 'incoming_call', entity_id: contactId, note_id: noteId }]);
    },
  },
  {
    what: 'a list is followed to its end, newest first, and nothing comes twice (§2.3)',
    recorded: [recorded.createdContacts(3), ...recorded.contactPages],
    check: async (client) => {
      await client.createContacts([person, person, person]);
      const pages = await pagesOf(client.listContacts({ pageSize: 2 }));
      const ids = pages.flatMap(({ items }) => items.map(({ id }) => id));
      expect(ids).toHaveLength(3);
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
      expect(pages.at(-1)?.last).toBe(true);
    },
  },
];

/** A write of one contact that does not go well, by status and by what the network does. */
const failures: [what: string, Step, arrange: (emulator: RunningEmulator) => void, kind: string, reason: string][] = [
  [
    '401: the token is revoked',
    recorded.unauthorised,
    (emulator) => {
      const { tokens } = portalOf(emulator);
      for (const id of tokens.ids()) tokens.revoke(id);
    },
    'stop_portal',
    'unauthorised',
  ],
  [
    '402: the subscription has ended',
    recorded.unpaid,
    (emulator) => void (portalOf(emulator).settings.subscriptionEndedAt = 1),
    'stop_portal',
    'unpaid',
  ],
  [
    '403 with JSON: no right',
    recorded.forbidden,
    contactsFail({ kind: 'http_error', status: 403, html: false }),
    'stop_portal',
    'forbidden',
  ],
  [
    '403 with HTML: blocked',
    recorded.html(403),
    (emulator) => portalOf(emulator).limiter.block(),
    'stop_portal',
    'blocked',
  ],
  [
    '404 with HTML: no such account',
    recorded.html(404),
    contactsFail({ kind: 'http_error', status: 404, html: true }),
    'stop_portal',
    'account_not_found',
  ],
  [
    '429',
    recorded.tooManyRequests,
    contactsFail({ kind: 'rate_limit_burst', retryAfterSec: null }),
    'retry',
    'rate_limited',
  ],
  [
    '500',
    recorded.serverError,
    contactsFail({ kind: 'http_error', status: 500, html: false }),
    'in_doubt',
    'server_error',
  ],
  ['502', recorded.html(502), contactsFail({ kind: 'http_error', status: 502 }), 'in_doubt', 'bad_gateway'],
  ['503', recorded.html(503), contactsFail({ kind: 'http_error', status: 503 }), 'in_doubt', 'unavailable'],
  [
    '504, written all the same',
    recorded.html(504),
    contactsFail({ kind: 'http_error', status: 504, applied: true }),
    'in_doubt',
    'gateway_timeout',
  ],
  [
    'an answer that is lost after the write',
    recorded.noAnswer,
    contactsFail({ kind: 'lose_answer_after_commit' }),
    'in_doubt',
    'connection_lost',
  ],
  ['an answer cut in the middle', recorded.cutAnswer, contactsFail({ kind: 'truncated' }), 'in_doubt', 'body_cut'],
  ['an answer that is not JSON', recorded.brokenJson, contactsFail({ kind: 'malformed_json' }), 'in_doubt', 'not_json'],
];

export const failedWrites: Behaviour[] = failures.map(([what, step, arrange, kind, reason]) => ({
  what: `${what}: ${kind}`,
  recorded: [step],
  arrange,
  check: async (client) => expect(await client.createContacts([person])).toMatchObject({ kind, reason }),
}));

export const lookedAt: Behaviour[] = [
  {
    what: 'a write whose answer was lost is found by looking, newest first',
    recorded: [recorded.noAnswer, recorded.contactList],
    arrange: contactsFail({ kind: 'lose_answer_after_commit' }),
    check: async (client) => {
      expect(await client.createContacts([person])).toMatchObject({ kind: 'in_doubt' });
      const [page] = await pagesOf(client.listContacts({ pageSize: 10 }));
      expect(page?.items.map((card) => fieldValues(card, 'PHONE'))).toEqual([[phone]]);
    },
  },
  {
    what: 'a write that was reset on its way is not there when one looks',
    recorded: [recorded.noAnswer, recorded.nothing],
    arrange: contactsFail({ kind: 'reset_mid_request' }),
    check: async (client) => {
      expect(await client.createContacts([person])).toMatchObject({ kind: 'in_doubt', reason: 'connection_lost' });
      const [page] = await pagesOf(client.listContacts({ pageSize: 10 }));
      expect(page?.items).toEqual([]);
    },
  },
];
