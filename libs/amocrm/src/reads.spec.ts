import { describe, expect, it } from '@jest/globals';
import { accountParts, fieldValues, type Page, type Pages } from './index.js';
import { openScriptedClient, type ScriptedClient } from './testing/scripted-client.js';
import { answer, type Step } from './testing/scripted-portal.js';

let portal: ScriptedClient['portal'];
let client: ScriptedClient['client'];

async function against(...steps: Step[]): Promise<void> {
  ({ portal, client } = await openScriptedClient(steps));
}

const next = { next: { href: 'https://another-host.example/api/v4/contacts?page=2' } };
const page = (name: string, items: object[], more = false): Step =>
  answer(200, { _page: 1, ...(more ? { _links: next } : {}), _embedded: { [name]: items } });
const paths = (): string[] => portal.requests.map((request) => request.path);
const card = (id: number): object => ({ id, name: `Карточка ${id}`, custom_fields_values: null, _embedded: {} });

async function collect<T>(pages: Pages<T>): Promise<{ pages: Page<T>[]; end: string }> {
  const read: Page<T>[] = [];
  for await (const result of pages) {
    if (result.kind !== 'done') return { pages: read, end: result.reason };
    read.push(result.value);
  }
  return { pages: read, end: 'done' };
}

describe('one entity', () => {
  it('a contact comes with its phones and the ids of its leads (§3.4)', async () => {
    await against(
      answer(200, {
        id: 7,
        name: 'Иван',
        responsible_user_id: 3,
        updated_at: 1_767_225_600,
        is_deleted: false,
        closest_task_at: null,
        custom_fields_values: [
          {
            field_id: 101,
            field_name: 'Телефон',
            field_code: 'PHONE',
            field_type: 'multitext',
            values: [
              { value: '+79161234567', enum_id: 11, enum_code: 'MOB' },
              { value: '8 (495) 123-45-67', enum_id: 12, enum: 'WORK' },
            ],
          },
          {
            field_id: 102,
            field_name: 'Адрес',
            field_code: null,
            field_type: 'smart_address',
            values: [{ value: {} }],
          },
        ],
        account_id: 1,
        _embedded: { tags: [], companies: [], leads: [{ id: 70, _links: {} }] },
      }),
    );
    const result = await client.contact(7);
    if (result.kind !== 'done' || !result.value) throw new Error('no contact');
    expect(fieldValues(result.value, 'PHONE')).toEqual(['+79161234567', '8 (495) 123-45-67']);
    expect(result.value.custom_fields_values[0]?.values.map((value) => value.enum_code)).toEqual(['MOB', 'WORK']);
    expect(result.value._embedded.leads).toEqual([{ id: 70 }]);
    expect(paths()).toEqual(['/api/v4/contacts/7?with=leads']);
  });

  it('that does not exist is null: amoCRM answers 204 (§2.4)', async () => {
    await against(answer(204));
    expect(await client.contact(7)).toMatchObject({ kind: 'done', value: null });
    expect(await client.company(7)).toMatchObject({ kind: 'done', value: null });
    expect(await client.lead(7)).toMatchObject({ kind: 'done', value: null });
  });

  it('the account says whether paid filters are on (§3.5), and its task types', async () => {
    await against(
      answer(200, {
        id: 1,
        name: 'Demo',
        subdomain: 'demo',
        current_user_id: 3,
        is_unsorted_on: true,
        is_api_filter_enabled: false,
        _embedded: {
          task_types: [{ id: 1, name: 'Связаться', color: null, icon_id: null, code: 'FOLLOW_UP' }],
          datetime_settings: { timezone: 'Europe/Moscow', timezone_offset: '+03:00' },
        },
      }),
    );
    expect(await client.account()).toMatchObject({
      kind: 'done',
      value: {
        id: 1,
        is_unsorted_on: true,
        is_api_filter_enabled: false,
        _embedded: { task_types: [{ id: 1, code: 'FOLLOW_UP' }], datetime_settings: { timezone: 'Europe/Moscow' } },
      },
    });
  });

  it('of another shape is named by the place that changed, never by its content', async () => {
    await against(answer(200, { id: 7, name: 'Canary Иванов', responsible_user_id: 'canary' }));
    const result = await client.contact(7);
    expect(result).toMatchObject({
      kind: 'retry',
      reason: 'answer_changed',
      detail: expect.stringContaining('responsible_user_id'),
    });
    expect(JSON.stringify(result)).not.toMatch(/canary/iu);
  });
});

describe('what is told with a 404', () => {
  it.each([
    ['a user', () => client.user(7)],
    ['a claim', () => client.unsorted('c8ab1e')],
  ])('%s that is not there is null', async (_what, ask) => {
    await against(answer(404, { title: 'Not Found', status: 404, detail: 'not found' }));
    expect(await ask()).toMatchObject({ kind: 'done', value: null, status: 404 });
  });

  it('with a page of the gateway it is the account that is not there', async () => {
    await against(answer(404, '<html>nginx</html>'));
    expect(await client.user(7)).toMatchObject({ kind: 'stop_portal', reason: 'account_not_found' });
  });
});

describe('the account', () => {
  it('gives whatever part of it is asked for (§3.1)', async () => {
    await against(
      answer(200, {
        ...{ id: 1, name: 'Demo', subdomain: 'demo', country: 'RU', amojo_id: 'a-1', version: 5 },
        drive_url: 'https://drive.example',
        _embedded: { users_groups: [{ id: 0, name: 'Отдел продаж', uuid: null }] },
      }),
    );
    expect(await client.account({ with: accountParts })).toMatchObject({
      value: { amojo_id: 'a-1', version: '5', _embedded: { users_groups: [{ id: 0, name: 'Отдел продаж' }] } },
    });
    expect(paths()[0]).toContain('with=amojo_id,amojo_rights,users_groups,task_types,version,entity_names');
  });
});

describe('claims (§5.1)', () => {
  it('are summed up: one uid tells what became of that claim', async () => {
    await against(answer(200, { total: 1, accepted: 1, declined: 0, average_sort_time: 5, categories: {} }));
    expect(await client.unsortedSummary({ uids: ['c8ab1e'] })).toMatchObject({ value: { total: 1, accepted: 1 } });
    expect(paths()).toEqual(['/api/v4/leads/unsorted/summary?filter[uid][]=c8ab1e']);
  });
});

describe('events (§6.3)', () => {
  it('come 100 a page; a call names its note, a merge names nothing', async () => {
    const event = { id: '01pz58t6p04ymgsgfbmfyfy1mf', entity_id: 7, entity_type: 'contact', created_at: 1 };
    await against(
      page('events', [
        { ...event, type: 'incoming_call', created_by: 3, value_after: [{ note: { id: 900 } }], value_before: [] },
        { ...event, id: '02', type: 'entity_merged', created_by: 0, value_after: [], value_before: [] },
      ]),
    );
    const { pages } = await collect(client.listEvents({ types: ['incoming_call'], createdFrom: 5, pageSize: 250 }));
    expect(pages[0]?.items).toMatchObject([{ note_id: 900 }, { type: 'entity_merged', note_id: null }]);
    expect(paths()).toEqual([
      '/api/v4/events?filter[type][]=incoming_call&filter[created_at][from]=5&limit=100&page=1',
    ]);
  });
});

describe('tags (§4.2)', () => {
  it('are found by their exact name', async () => {
    await against(page('tags', [{ id: 4, name: '79161234567', color: null }]));
    expect(await client.tags('leads', { name: '79161234567' })).toMatchObject({ value: [{ id: 4 }] });
    expect(paths()).toEqual(['/api/v4/leads/tags?filter[name]=79161234567&limit=250&page=1']);
  });
});

describe('a whole list', () => {
  it('is read page by page, 250 at a time, on our own host whatever the link says', async () => {
    const user = (id: number): object => ({ id, name: 'u', email: 'e', rights: { is_admin: true, is_active: true } });
    await against(page('users', [user(1)], true), page('users', [user(2)]));
    const result = await client.users();
    expect(result).toMatchObject({ kind: 'done', value: [{ id: 1 }, { id: 2 }] });
    expect(paths()).toEqual([
      '/api/v4/users?with=phone_number&limit=250&page=1',
      '/api/v4/users?with=phone_number&limit=250&page=2',
    ]);
  });

  it('ends at a 204 that a next link led to (§2.3)', async () => {
    await against(page('contacts', [card(1)], true), answer(204));
    expect(await client.findContacts('9161234567')).toMatchObject({ kind: 'done', value: [{ id: 1 }] });
  });

  it('of nothing is empty (§2.4)', async () => {
    await against(answer(204));
    expect(await client.findCompanies('9161234567')).toMatchObject({ kind: 'done', value: [] });
    expect(paths()).toEqual(['/api/v4/companies?query=9161234567&with=leads&limit=250&page=1']);
  });

  it('is nothing at all if one page fails', async () => {
    await against(page('contacts', [card(1)], true), answer(502, 'nginx'));
    expect(await client.findContacts('9161234567')).toMatchObject({ kind: 'retry', reason: 'bad_gateway' });
  });

  it('pipelines come with their stages, won and lost among them (§3.3)', async () => {
    const status = (id: number, type = 0): object => ({ id, name: 's', sort: 1, type, pipeline_id: 9 });
    await against(
      page('pipelines', [
        {
          ...{ id: 9, name: 'Воронка', sort: 1, is_main: true, is_unsorted_on: true, is_archive: false },
          _embedded: { statuses: [status(500, 1), status(501), status(142), status(143)] },
        },
      ]),
    );
    const result = await client.pipelines();
    expect(result).toMatchObject({ value: [{ id: 9, _embedded: { statuses: [{ type: 1 }, {}, { id: 142 }, {}] } }] });
  });

  it('custom fields are those of the entity', async () => {
    await against(page('custom_fields', [{ id: 5, name: 'm', type: 'text', code: 'PEREZVON', is_api_only: true }]));
    expect(await client.customFields('leads')).toMatchObject({
      value: [{ id: 5, code: 'PEREZVON', is_api_only: true }],
    });
    expect(paths()[0]).toMatch(/^\/api\/v4\/leads\/custom_fields\?/u);
  });
});

describe('a list, newest first', () => {
  it('is given page by page, and nothing is asked for before it is wanted', async () => {
    await against(page('contacts', [card(9), card(8)], true), page('contacts', [card(7)]));
    const pages = client.listContacts({ pageSize: 2 });
    const first = await pages.next();
    expect(first.value).toMatchObject({ value: { items: [{ id: 9 }, { id: 8 }], last: false } });
    expect(paths()).toEqual(['/api/v4/contacts?order[id]=desc&limit=2&page=1']);
    expect((await collect(pages)).pages).toMatchObject([{ items: [{ id: 7 }], last: true }]);
    expect(portal.requests).toHaveLength(2);
  });

  it('gives nothing twice when arrivals push entities to the next page', async () => {
    await against(page('leads', [card(9), card(8)], true), page('leads', [card(8), card(7)]));
    const { pages } = await collect(client.listLeads({ pageSize: 2 }));
    expect(pages.map(({ items }) => items.map(({ id }) => id))).toEqual([[9, 8], [7]]);
  });

  it('ends with the failure of the page that failed', async () => {
    await against(page('contacts', [card(9)], true), answer(429, 'slow', { 'Retry-After': '3' }), page('contacts', []));
    expect(await collect(client.listContacts())).toMatchObject({ pages: [{}], end: 'rate_limited' });
    expect(portal.requests).toHaveLength(2);
  });

  it('is by change where that is asked for, and goes on where an earlier read was cut short', async () => {
    await against(page('contacts', [card(9)], true), page('contacts', [card(8)]));
    await collect(client.listContacts({ by: 'updated_at', firstPage: 41, pageSize: 250, with: 'leads' }));
    expect(paths()).toEqual([
      '/api/v4/contacts?order[updated_at]=desc&with=leads&limit=250&page=41',
      '/api/v4/contacts?order[updated_at]=desc&with=leads&limit=250&page=42',
    ]);
  });

  it('notes of all cards of a type are those since a time', async () => {
    await against(page('notes', [{ id: 901, entity_id: 7, note_type: 'call_in', params: { uniq: 'call-1' } }]));
    const { pages } = await collect(client.listNotesOfAll('contacts', { types: ['call_in'], updatedFrom: 5 }));
    expect(pages).toMatchObject([{ items: [{ entity_id: 7, params: { uniq: 'call-1' } }] }]);
    expect(paths()).toEqual([
      '/api/v4/contacts/notes?order[id]=desc&filter[note_type][]=call_in&filter[updated_at][from]=5&limit=50&page=1',
    ]);
  });

  it('unsorted of one category comes with its markers (§5.1)', async () => {
    await against(
      page('unsorted', [
        {
          uid: 'u1',
          source_uid: 'call-1',
          category: 'sip',
          pipeline_id: 9,
          created_at: 5,
          metadata: { from: '7', phone: 79161234567, called_at: 4, duration: '17', uniq: 'call-1', link: null },
          _embedded: { contacts: [{ id: 3 }], leads: [{ id: 4 }], companies: [] },
        },
      ]),
    );
    const { pages } = await collect(client.listUnsorted({ category: 'sip' }));
    expect(pages).toMatchObject([
      {
        items: [{ uid: 'u1', source_uid: 'call-1', metadata: { uniq: 'call-1', phone: '79161234567', called_at: 4 } }],
      },
    ]);
    expect(paths()).toEqual(['/api/v4/leads/unsorted?order[created_at]=desc&filter[category][]=sip&limit=50&page=1']);
  });

  it('notes of one card come with uniq; call_status may be text (§6.2), empty params a list', async () => {
    await against(
      page('notes', [
        { id: 901, entity_id: 7, note_type: 'call_in', params: { uniq: 'call-1', duration: 12, call_status: '4' } },
        { id: 900, entity_id: 7, note_type: 'common', params: [] },
      ]),
    );
    const { pages } = await collect(client.listNotes('contacts', 7, { types: ['call_in', 'call_out'] }));
    expect(pages).toMatchObject([
      {
        items: [
          { id: 901, params: { uniq: 'call-1', duration: 12, call_status: 4, link: null } },
          { id: 900, params: { uniq: null } },
        ],
      },
    ]);
    expect(paths()[0]).toContain(
      '/contacts/7/notes?order[id]=desc&filter[note_type][]=call_in&filter[note_type][]=call_out',
    );
  });

  it('tasks are those of one card, or all', async () => {
    await against(page('tasks', [{ id: 5, text: 'Перезвонить', entity_id: 7, entity_type: 'leads', result: [] }]));
    await collect(client.listTasks({ entity: { type: 'leads', id: 7 }, isCompleted: false }));
    await collect(client.listTasks());
    expect(paths()).toEqual([
      '/api/v4/tasks?order[id]=desc&filter[entity_type]=leads&filter[entity_id]=7&filter[is_completed]=0&limit=50&page=1',
      '/api/v4/tasks?order[id]=desc&limit=50&page=1',
    ]);
  });
});

describe('leads by id', () => {
  /** An account with these leads; the id filter is honoured or ignored in silence (§3.5). */
  const account =
    (existing: number[], filters: 'on' | 'off'): Step =>
    (socket, request) => {
      const [path = '', query = ''] = request.path.split('?');
      const one = /^\/api\/v4\/leads\/(\d+)$/u.exec(path)?.[1];
      if (one !== undefined) {
        (existing.includes(Number(one)) ? answer(200, card(Number(one))) : answer(204))(socket, request);
        return;
      }
      const asked = new URLSearchParams(query).getAll('filter[id][]').map(Number);
      const found = filters === 'on' ? existing.filter((id) => asked.includes(id)) : existing;
      page('leads', found.map(card))(socket, request);
    };

  it.each([
    ['off, and known to be', 'off', false, 3],
    ['on', 'on', true, 2],
    ['off, though thought to be on', 'off', true, 2],
  ] as const)('are right when paid filters are %s', async (_what, filters, filtersEnabled, requests) => {
    await against(account([1, 2, 50], filters));
    const result = await client.leads([1, 2, 3, 2], { filtersEnabled });
    expect(result).toMatchObject({ kind: 'done', value: { found: [{ id: 1 }, { id: 2 }], missing: [3] } });
    expect(portal.requests).toHaveLength(requests);
  });

  it('are not found by accident in an unfiltered page that lacks them', async () => {
    await against((socket, request) => {
      if (request.path.includes('filter')) page('leads', [card(50), card(51)], true)(socket, request);
      else answer(200, card(1))(socket, request);
    });
    const result = await client.leads([1, 2], { filtersEnabled: true });
    expect(result).toMatchObject({ kind: 'done', value: { missing: [] } });
    expect(portal.requests).toHaveLength(3);
  });

  it('of none asks nothing', async () => {
    await against(answer(500));
    expect(await client.leads([])).toEqual({ kind: 'done', value: { found: [], missing: [] } });
    expect(portal.requests).toHaveLength(0);
  });
});
