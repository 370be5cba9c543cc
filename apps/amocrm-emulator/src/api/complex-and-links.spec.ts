import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errorsOf, type Page } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

interface Complex {
  id: number;
  contact_id: number | null;
  company_id: number | null;
  request_id: string[];
  merged: boolean;
}

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const COMPLEX = '/api/v4/leads/complex';

describe('§4.3 leads/complex', () => {
  it('answers a bare array and links lead, new contact and new company to each other', async () => {
    const reply = await open.amo.post(COMPLEX, [
      { name: 'Сделка', _embedded: { contacts: [{ name: 'К' }], companies: [{ name: 'ООО' }], tags: [{ name: 'т' }] } },
      { name: 'Одна', request_id: 'mine' },
    ]);
    const [full, alone] = reply.json<Complex[]>();
    expect(full).toMatchObject({ request_id: ['0'], merged: false });
    expect(alone).toMatchObject({ contact_id: null, company_id: null, request_id: ['mine'] });
    const contact = (await open.amo.get(`/api/v4/contacts/${full?.contact_id}?with=leads`)).json();
    expect(contact).toMatchObject({ _embedded: { companies: [{ id: full?.company_id }], leads: [{ id: full?.id }] } });
  });

  it('attaches an existing contact by id and refuses an unknown one', async () => {
    const contact = await open.amo.create('/api/v4/contacts', { name: 'К' });
    const [made] = (await open.amo.post(COMPLEX, [{ _embedded: { contacts: [{ id: contact }] } }])).json<Complex[]>();
    expect(made?.contact_id).toBe(contact);
    const reply = await open.amo.post(COMPLEX, [{ _embedded: { contacts: [{ id: 1 }] } }]);
    expect(errorsOf(reply)).toEqual(['0: NotSupportedChoice _embedded.contacts.0.id']);
  });

  it('takes 50 leads, one contact each and 40 field values, no more', async () => {
    const leads = Array.from({ length: 51 }, () => ({ name: 'С' }));
    expect((await open.amo.post(COMPLEX, leads)).status).toBe(400);
    expect((await open.amo.post(COMPLEX, leads.slice(1))).status).toBe(200);
    const reply = await open.amo.post(COMPLEX, [{ _embedded: { contacts: [{}, {}] } }]);
    expect(errorsOf(reply)).toEqual(['0: TooMany _embedded.contacts']);
  });

  it('sends the lead to «Неразобранное» when metadata is embedded', async () => {
    const reply = await open.amo.post(COMPLEX, [
      {
        name: 'Звонок',
        status_id: 31012,
        _embedded: {
          contacts: [{ name: 'К' }],
          metadata: {
            category: 'sip',
            source_uid: 's',
            source_name: 'АТС',
            phone: '7',
            call_responsible: 'a',
            called_at: 1,
            duration: 1,
            link: '',
            service_code: 'p',
            is_call_event_needed: false,
            uniq: 'u',
          },
        },
      },
    ]);
    const [made] = reply.json<Complex[]>();
    expect((await open.amo.get(`/api/v4/leads/${made?.id}`)).json()).toMatchObject({
      status_id: 31010,
      name: 'Звонок',
    });
    expect((await open.amo.get('/api/v4/contacts')).status).toBe(204);
    expect((await open.amo.get('/api/v4/leads/unsorted')).status).toBe(200);
  });

  it('allows duplicates: the same contact twice makes two (§10)', async () => {
    const item = {
      _embedded: { contacts: [{ custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '9161234567' }] }] }] },
    };
    await open.amo.post(COMPLEX, [item, item]);
    expect(open.emulator.control.report().duplicates.contactPhones).toMatchObject([{ marker: '9161234567', count: 2 }]);
  });
});

describe('§4.4 links', () => {
  it('links a contact from the lead, repeats harmlessly, lists and unlinks', async () => {
    const contact = await open.amo.create('/api/v4/contacts', {});
    const lead = await open.amo.create('/api/v4/leads', {});
    const body = [{ to_entity_id: contact, to_entity_type: 'contacts', metadata: { is_main: true } }];
    for (let i = 0; i < 2; i++) {
      const reply = (await open.amo.post(`/api/v4/leads/${lead}/link`, body)).json<Page<unknown>>();
      expect([reply._total_items, reply._embedded['links']]).toMatchObject([
        1,
        [{ entity_id: lead, entity_type: 'leads', to_entity_id: contact, metadata: { main_contact: true } }],
      ]);
    }
    const links = (await open.amo.get(`/api/v4/leads/${lead}/links`)).json<Page<unknown>>();
    expect(links._embedded['links']).toHaveLength(1);
    const gone = await open.amo.post(`/api/v4/leads/${lead}/unlink`, body);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await open.amo.get(`/api/v4/leads/${lead}/links`)).status).toBe(204);
  });

  it('refuses contact → lead, unknown cards, and links a company from either side', async () => {
    const contact = await open.amo.create('/api/v4/contacts', {});
    const company = await open.amo.create('/api/v4/companies', {});
    const lead = await open.amo.create('/api/v4/leads', {});
    const wrong = await open.amo.post(`/api/v4/contacts/${contact}/link`, [
      { to_entity_id: lead, to_entity_type: 'leads' },
    ]);
    expect(errorsOf(wrong)).toEqual(['0: NotSupportedChoice to_entity_type']);
    const unknown = await open.amo.post(`/api/v4/leads/${lead}/link`, [
      { to_entity_id: 1, to_entity_type: 'contacts' },
    ]);
    expect(errorsOf(unknown)).toEqual(['0: NotSupportedChoice to_entity_id']);
    await open.amo.post(`/api/v4/companies/${company}/link`, [{ to_entity_id: contact, to_entity_type: 'contacts' }]);
    expect((await open.amo.get(`/api/v4/contacts/${contact}`)).json()).toMatchObject({
      _embedded: { companies: [{ id: company }] },
    });
  });
});

describe('§3.1–§3.4 directories', () => {
  it('shows the account with what was asked for', async () => {
    const account = (await open.amo.get('/api/v4/account?with=task_types,datetime_settings')).json();
    expect(account).toMatchObject({
      id: 30000001,
      subdomain: 'demo',
      current_user_id: 101,
      is_unsorted_on: true,
      _embedded: {
        task_types: [{ id: 1, code: 'FOLLOW_UP' }, { id: 2 }],
        datetime_settings: { timezone: 'Europe/Moscow' },
      },
    });
  });

  it('shows users with totals to administrators only, 404 for an unknown one', async () => {
    const users = (await open.amo.get('/api/v4/users?limit=3&with=phone_number')).json<Page<unknown>>();
    expect(users).toMatchObject({ _total_items: 4, _page_count: 2 });
    expect(users._embedded['users']?.[0]).toMatchObject({
      rights: { is_admin: true },
      phone_number: expect.any(String),
    });
    expect((await open.amo.get('/api/v4/users/1')).status).toBe(404);
    const portal = open.emulator.control.portal();
    portal.addToken({ id: 'petr', secret: 'petr-secret', integrationId: 'i2', userId: 102 });
    expect((await open.amo.as('petr-secret').get('/api/v4/users')).status).toBe(403);
  });

  it('shows pipelines with a type-1 stage first and 142, 143 in each; 404 for an unknown pipeline', async () => {
    const reply = (await open.amo.get('/api/v4/leads/pipelines')).json<
      Page<{ _embedded: { statuses: { id: number; type: number }[] } }>
    >();
    for (const pipeline of reply._embedded['pipelines'] ?? []) {
      const { statuses } = pipeline._embedded;
      expect([statuses[0]?.type, statuses.slice(-2).map((s) => s.id)]).toEqual([1, [142, 143]]);
    }
    const unknown = await open.amo.get('/api/v4/leads/pipelines/1');
    expect([unknown.status, unknown.json<{ detail: string }>().detail]).toEqual([404, 'Pipeline not found']);
    expect((await open.amo.get('/api/v4/leads/pipelines/3101/statuses/142')).status).toBe(200);
  });

  it('creates an API-only text field once per code, usable at once', async () => {
    const field = { type: 'text', name: 'Звонок', code: 'CALL_KEY', is_api_only: true };
    const id = await open.amo.create('/api/v4/leads/custom_fields', field);
    const lead = await open.amo.create('/api/v4/leads', {
      custom_fields_values: [{ field_id: id, values: [{ value: 'k' }] }],
    });
    expect((await open.amo.get(`/api/v4/leads/${lead}`)).json()).toMatchObject({
      custom_fields_values: [{ field_code: 'CALL_KEY', values: [{ value: 'k' }] }],
    });
    expect((await open.amo.get('/api/v4/leads?query=k')).status).toBe(200);
    expect(errorsOf(await open.amo.post('/api/v4/leads/custom_fields', [field]))).toEqual([
      '0: NotSupportedChoice code',
    ]);
    expect((await open.amo.get('/api/v4/contacts/custom_fields')).text).toContain('"PHONE"');
  });

  it('§4.2 gives the existing tag for an existing name, per kind of card', async () => {
    const a = await open.amo.create('/api/v4/leads/tags', { name: 'т' });
    expect(await open.amo.create('/api/v4/leads/tags', { name: 'т' })).toBe(a);
    expect(await open.amo.create('/api/v4/contacts/tags', { name: 'т' })).not.toBe(a);
    expect((await open.amo.get('/api/v4/leads/tags?filter[name]=т')).status).toBe(200);
  });
});

describe('§4.4 mass links', () => {
  it('links, lists and unlinks many cards in one request, each named by entity_id', async () => {
    const contact = await open.amo.create('/api/v4/contacts', {});
    const leads = [await open.amo.create('/api/v4/leads', {}), await open.amo.create('/api/v4/leads', {})];
    const items = leads.map((entity_id) => ({ entity_id, to_entity_id: contact, to_entity_type: 'contacts' }));
    expect((await open.amo.post('/api/v4/leads/link', items)).json()).toMatchObject({
      _total_items: 2,
      _embedded: { links: leads.map((entity_id) => ({ entity_id, metadata: { main_contact: true } })) },
    });
    const list = `/api/v4/leads/links?${leads.map((id) => `filter[entity_id][]=${id}`).join('&')}`;
    expect((await open.amo.get(list)).json()).toMatchObject({ _total_items: 2 });
    expect((await open.amo.post('/api/v4/leads/unlink', items.slice(0, 1))).status).toBe(204);
    expect((await open.amo.get(list)).json()).toMatchObject({ _embedded: { links: [{ entity_id: leads[1] }] } });
    expect(errorsOf(await open.amo.post('/api/v4/leads/link', [{}]))).toContain('0: FieldMissing entity_id');
  });
});
