import { describe, expect, it } from '@jest/globals';
import { maxItemsPerWrite } from './index.js';
import { openScriptedClient, type ScriptedClient } from './testing/scripted-client.js';
import { answer, type Step } from './testing/scripted-portal.js';

let portal: ScriptedClient['portal'];
let client: ScriptedClient['client'];

async function against(...steps: Step[]): Promise<void> {
  ({ portal, client } = await openScriptedClient(steps));
}

const sent = (index = 0): unknown => JSON.parse(portal.requests[index]?.body ?? '');
const links = { self: { href: 'https://demo.amocrm.ru/api/v4/x/1' } };

describe('contacts', () => {
  it('go out as an array, numbered, and come back as ids in the order sent (§4.1)', async () => {
    await against(
      answer(200, {
        _links: links,
        _embedded: {
          contacts: [
            { id: 12, request_id: 'mine', _links: links },
            { id: 11, request_id: '0', _links: links },
          ],
        },
      }),
    );
    const phone = { field_code: 'PHONE', values: [{ value: '+79161234567', enum_code: 'WORK' }] };
    const result = await client.createContacts([
      { name: 'Первый', custom_fields_values: [phone] },
      { name: 'Второй', request_id: 'mine', tags_to_add: [{ name: '79161234567' }] },
    ]);
    expect(result).toEqual({
      kind: 'done',
      status: 200,
      requestId: 'req-1',
      value: [
        { kind: 'done', value: { id: 11 } },
        { kind: 'done', value: { id: 12 } },
      ],
    });
    expect(sent()).toEqual([
      { name: 'Первый', custom_fields_values: [phone], request_id: '0' },
      { name: 'Второй', request_id: 'mine', tags_to_add: [{ name: '79161234567' }] },
    ]);
    expect(portal.requests[0]).toMatchObject({ method: 'POST', path: '/api/v4/contacts' });
    expect(portal.requests[0]?.headers.get('authorization')).toBe('Bearer token');
    expect(portal.requests[0]?.headers.get('content-type')).toBe('application/json');
  });

  it('are refused item by item; the others of the batch may have been kept (§2.5)', async () => {
    const refusal = (request_id: string): object => ({
      request_id,
      errors: [{ code: 'NotSupportedChoice', path: 'responsible_user_id', detail: 'Not a valid choice.' }],
    });
    await against(
      answer(400, { 'validation-errors': [refusal('b'), refusal('0')], 'title': 'Bad Request', 'status': 400 }),
    );
    const result = await client.createContacts([{}, {}, { request_id: 'b' }]);
    const errors = [{ code: 'NotSupportedChoice', path: 'responsible_user_id', detail: 'Not a valid choice.' }];
    expect(result).toMatchObject({
      kind: 'rejected',
      reason: 'validation_failed',
      unnamedMayBeApplied: true,
      items: [
        { index: 0, requestId: '0', errors },
        { index: 2, requestId: 'b', errors },
      ],
    });
  });

  it.each([
    ['a lone item', [{}], []],
    ['every item named', [{}, {}], ['0', '1']],
  ])('leave nothing to look for after a refusal of %s', async (_what, items, named) => {
    const errors = named.map((request_id) => ({ request_id, errors: [{ code: 'TooLong', path: 'name' }] }));
    await against(answer(400, { 'validation-errors': errors, 'status': 400 }));
    expect(await client.createContacts(items)).toMatchObject({ kind: 'rejected', unnamedMayBeApplied: false });
  });

  it('kept in part with 200 are done, refused and in doubt, each for itself (§12.1)', async () => {
    await against(
      answer(200, {
        '_embedded': { contacts: [{ id: 7, request_id: '1' }] },
        'validation-errors': [{ request_id: '0', errors: [{ code: 'InvalidType', path: 'name' }] }],
      }),
    );
    expect(await client.createContacts([{}, {}, {}])).toMatchObject({
      kind: 'done',
      value: [
        { kind: 'rejected', errors: [{ code: 'InvalidType', path: 'name' }] },
        { kind: 'done', value: { id: 7 } },
        { kind: 'in_doubt', reason: 'missing_in_answer' },
      ],
    });
  });

  it('all refused with 200 are all refused', async () => {
    await against(answer(200, { 'validation-errors': [{ request_id: '0', errors: [{ code: 'X', path: 'name' }] }] }));
    expect(await client.createContacts([{}])).toMatchObject({ kind: 'done', value: [{ kind: 'rejected' }] });
  });
});

describe('leads', () => {
  it('with contact and company are answered by a bare array (§4.3)', async () => {
    await against(
      answer(200, [
        { id: 2, contact_id: 20, company_id: null, request_id: ['1'], merged: true },
        { id: 1, contact_id: 10, company_id: 30, request_id: ['0'], merged: false },
      ]),
    );
    const result = await client.createLeadsComplex([
      { name: 'Сделка', pipeline_id: 9, status_id: 501, _embedded: { contacts: [{ name: 'Клиент' }] } },
      { _embedded: { contacts: [{ id: 20 }] } },
    ]);
    expect(result).toMatchObject({
      kind: 'done',
      value: [
        { kind: 'done', value: { id: 1, contactId: 10, companyId: 30, merged: false } },
        { kind: 'done', value: { id: 2, contactId: 20, companyId: null, merged: true } },
      ],
    });
    expect(portal.requests[0]?.path).toBe('/api/v4/leads/complex');
  });

  it('without a contact go to their own route', async () => {
    await against(answer(200, { _embedded: { leads: [{ id: 5, request_id: '0' }] } }));
    const result = await client.createLeads([{ name: 'x', _embedded: { contacts: [{ id: 1, is_main: true }] } }]);
    expect(result).toMatchObject({ value: [{ kind: 'done', value: { id: 5 } }] });
    expect(portal.requests[0]?.path).toBe('/api/v4/leads');
  });
});

describe('unsorted', () => {
  const entry = {
    uid: 'c8ab1e',
    account_id: 1,
    request_id: '0',
    _links: links,
    _embedded: { contacts: [{ id: 3 }], leads: [{ id: 4 }], companies: [] },
  };
  const value = [{ kind: 'done', value: { uid: 'c8ab1e', contactIds: [3], leadIds: [4], companyIds: [] } }];

  it('of an incoming call gives the claim and its hidden entities (§5.2)', async () => {
    await against(answer(200, { _total_items: 1, _embedded: { unsorted: [entry] } }));
    const result = await client.createUnsortedSip([
      {
        source_uid: 'call-1',
        source_name: 'Звонок',
        metadata: {
          ...{ phone: '+79161234567', called_at: 1, duration: 0, link: '', service_code: 'p', uniq: 'call-1' },
          ...{ call_responsible: 101, is_call_event_needed: true },
        },
      },
    ]);
    expect(result).toMatchObject({ kind: 'done', value });
    expect(portal.requests[0]?.path).toBe('/api/v4/leads/unsorted/sip');
  });

  it('of an outgoing call is a form (§5.3)', async () => {
    await against(answer(200, { _embedded: { unsorted: [entry] } }));
    const result = await client.createUnsortedForms([
      {
        source_uid: 'call-1',
        source_name: 'Исходящий звонок',
        metadata: { form_id: 'call-1', form_name: 'n', form_page: 'p', form_sent_at: 1 },
      },
    ]);
    expect(result).toMatchObject({ kind: 'done', value });
    expect(portal.requests[0]?.path).toBe('/api/v4/leads/unsorted/forms');
  });
});

describe('notes and tasks', () => {
  const params = { uniq: 'call-1', duration: 12, source: 'Perezvon', phone: '+79161234567' };

  it('notes of several cards go in one request (§6.2)', async () => {
    await against(
      answer(200, {
        _embedded: {
          notes: [
            { id: 900, entity_id: 1, request_id: '0' },
            { id: 901, entity_id: 2, request_id: '1' },
          ],
        },
      }),
    );
    const result = await client.createNotes('leads', [
      { entity_id: 1, note_type: 'call_in', params },
      { entity_id: 2, note_type: 'call_out', params },
    ]);
    expect(result).toMatchObject({
      value: [
        { kind: 'done', value: { id: 900 } },
        { kind: 'done', value: { id: 901 } },
      ],
    });
    expect(portal.requests[0]?.path).toBe('/api/v4/leads/notes');
  });

  it('a patch is tied to its note by the id', async () => {
    await against(answer(200, { _embedded: { notes: [{ id: 901, updated_at: 5 }] } }));
    const result = await client.patchNotes('contacts', [
      { id: 900, note_type: 'call_in', params },
      { id: 901, note_type: 'call_in', params },
    ]);
    expect(result).toMatchObject({ value: [{ kind: 'in_doubt' }, { kind: 'done', value: { id: 901 } }] });
    expect(portal.requests[0]).toMatchObject({ method: 'PATCH', path: '/api/v4/contacts/notes' });
  });

  it('tasks may stand alone (§7)', async () => {
    await against(answer(200, { _embedded: { tasks: [{ id: 70, request_id: '0' }] } }));
    expect(await client.createTasks([{ text: 'Перезвонить', complete_till: 1 }])).toMatchObject({
      value: [{ kind: 'done', value: { id: 70 } }],
    });
    expect(sent()).toEqual([{ text: 'Перезвонить', complete_till: 1, request_id: '0' }]);
  });

  it('a custom field is made on its entity (§3.4)', async () => {
    await against(answer(200, { _embedded: { custom_fields: [{ id: 55, name: 'Perezvon', request_id: '0' }] } }));
    const result = await client.createCustomField('leads', { type: 'text', name: 'Perezvon', is_api_only: true });
    expect(result).toMatchObject({ value: [{ kind: 'done', value: { id: 55 } }] });
    expect(portal.requests[0]?.path).toBe('/api/v4/leads/custom_fields');
  });
});

describe('a batch', () => {
  it.each([0, maxItemsPerWrite + 1])('of %i is the mistake of the caller; nothing is sent', async (size) => {
    await against(answer(200, {}));
    await expect(client.createContacts(Array.from({ length: size }, () => ({})))).rejects.toThrow('1 to 50');
    expect(portal.requests).toHaveLength(0);
  });
});
