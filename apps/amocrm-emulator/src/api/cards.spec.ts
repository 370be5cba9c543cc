import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errorsOf, type Page } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

interface Field {
  field_code: string | null;
  field_name: string;
  values: { value: string; enum_id?: number; enum_code?: string }[];
}
interface CardBody {
  id: number;
  name: string;
  updated_at: number;
  responsible_user_id: number;
  pipeline_id: number;
  status_id: number;
  closed_at: number | null;
  is_unsorted: boolean;
  closest_task_at: number | null;
  custom_fields_values: Field[] | null;
  _embedded: {
    tags: { name: string }[];
    leads?: { id: number }[];
    contacts?: { id: number; is_main: boolean }[];
    companies: { id: number }[];
  };
}

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const phone = (value: string, code = 'MOB') => ({ field_code: 'PHONE', values: [{ value, enum_code: code }] });
const ids = async (path: string, key: string) => {
  const reply = await open.amo.get(path);
  return reply.status === 204 ? [] : reply.json<Page<{ id: number }>>()._embedded[key]?.map((row) => row.id);
};

describe('§2.3 HAL shape and paging', () => {
  it('gives next on all but the last page, first and prev from page 2, and 204 past the end', async () => {
    for (let i = 0; i < 5; i++) await open.amo.create('/api/v4/contacts', { name: `К${i}` });
    const first = (await open.amo.get('/api/v4/contacts?limit=2')).json<Page<unknown>>();
    expect(Object.keys(first._links).sort()).toEqual(['next', 'self']);
    expect(first._page).toBe(1);
    const next = new URL(first._links['next']?.href ?? '');
    const second = (await open.amo.get(next.pathname + next.search)).json<Page<unknown>>();
    expect(Object.keys(second._links).sort()).toEqual(['first', 'next', 'prev', 'self']);
    const last = (await open.amo.get('/api/v4/contacts?limit=2&page=3')).json<Page<unknown>>();
    expect(Object.keys(last._links).sort()).toEqual(['first', 'prev', 'self']);
    expect(last._embedded['contacts']).toHaveLength(1);
    const past = await open.amo.get('/api/v4/contacts?limit=2&page=4');
    expect([past.status, past.text]).toEqual([204, '']);
  });

  it('keeps filter and order in the next link', async () => {
    for (let i = 0; i < 3; i++) await open.amo.create('/api/v4/leads', { name: 'С' });
    const all = (await ids('/api/v4/leads?order[id]=desc', 'leads')) ?? [];
    expect(all).toEqual([...all].sort((a, b) => b - a));
    const first = (await open.amo.get('/api/v4/leads?order[id]=desc&limit=2')).json<Page<{ id: number }>>();
    const next = new URL(first._links['next']?.href ?? '');
    expect(await ids(next.pathname + next.search, 'leads')).toEqual(all.slice(2));
  });

  it('§2.2 refuses a limit over 250 with 422', async () => {
    expect((await open.amo.get('/api/v4/contacts?limit=251')).status).toBe(422);
  });

  it('answers success as hal+json, errors as problem+json, each with X-Request-Id', async () => {
    const good = await open.amo.get('/api/v4/account');
    const bad = await open.amo.post('/api/v4/contacts', [{ name: 1 }]);
    expect([good.type, bad.type]).toEqual(['application/hal+json', 'application/problem+json']);
    expect(good.headers.get('x-request-id')).not.toBe(bad.headers.get('x-request-id'));
  });
});

describe('§2.4 status codes', () => {
  it.each(['contacts', 'companies', 'leads'])(
    'answers 204 without body for empty lists, searches and unknown ids of %s',
    async (type) => {
      for (const path of [`/api/v4/${type}`, `/api/v4/${type}?query=nobody`, `/api/v4/${type}/999`]) {
        const reply = await open.amo.get(path);
        expect([reply.status, reply.text]).toEqual([204, '']);
      }
    },
  );

  it('answers 404 on an unknown route and 405 on a method the route does not have', async () => {
    expect((await open.amo.get('/api/v4/nothing')).status).toBe(404);
    expect((await open.amo.delete('/api/v4/contacts')).status).toBe(405);
    expect((await open.amo.post('/api/v4/leads/unsorted', [{}])).status).toBe(405);
  });

  it('answers 400 on an empty body, broken JSON and an object where an array belongs', async () => {
    const empty = await open.amo.post('/api/v4/contacts');
    expect(empty.json<{ detail: string }>().detail).toBe('Request data can not be empty');
    for (const body of [[], '{', { name: 'x' }])
      expect((await open.amo.post('/api/v4/contacts', body)).status).toBe(400);
  });
});

describe('§2.5, §4.1 create', () => {
  it('echoes request_id, gives the index where none was sent, and does not store it', async () => {
    const reply = await open.amo.post('/api/v4/contacts', [{ name: 'А' }, { name: 'Б', request_id: 'mine' }, {}]);
    const created = reply.json<Page<{ id: number; request_id: string }>>()._embedded['contacts'] ?? [];
    expect(created.map((item) => item.request_id)).toEqual(['0', 'mine', '2']);
    expect((await open.amo.get(`/api/v4/contacts/${created[1]?.id}`)).text).not.toContain('mine');
  });

  it('gives a contact its name, phone with kind, tags and the responsible; the token owner by default', async () => {
    const id = await open.amo.create('/api/v4/contacts', {
      first_name: 'Иван',
      last_name: 'Петров',
      responsible_user_id: 102,
      custom_fields_values: [phone('+7 916 123-45-67')],
      _embedded: { tags: [{ name: 'звонок' }] },
    });
    const contact = (await open.amo.get(`/api/v4/contacts/${id}`)).json<CardBody>();
    expect(contact).toMatchObject({ name: 'Иван Петров', responsible_user_id: 102, is_unsorted: false });
    expect(contact.custom_fields_values?.[0]).toMatchObject({
      field_code: 'PHONE',
      field_name: 'Телефон',
      values: [{ value: '+7 916 123-45-67', enum_code: 'MOB' }],
    });
    expect(contact._embedded.tags.map((tag) => tag.name)).toEqual(['звонок']);
    const other = await open.amo.create('/api/v4/companies', { name: 'ООО' });
    expect((await open.amo.get(`/api/v4/companies/${other}`)).json<CardBody>().responsible_user_id).toBe(101);
  });

  it('refuses unknown fields, kinds, deactivated users and wrong types, each with its path', async () => {
    const reply = await open.amo.post('/api/v4/contacts', [
      { name: 'good' },
      { custom_fields_values: [{ field_id: 1, values: [{ value: 'x' }] }] },
      { request_id: 'r', responsible_user_id: 104, created_by: 999 },
      { name: 5, responsible_user_id: '101', custom_fields_values: [phone('+7', 'NOPE')] },
      { first_name: null },
    ]);
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({
      title: 'Bad Request',
      type: 'https://httpstatus.es/400',
      status: 400,
      detail: 'Request validation failed',
    });
    expect(errorsOf(reply)).toEqual([
      '1: NotSupportedChoice custom_fields_values.0.field_id',
      'r: NotSupportedChoice responsible_user_id',
      'r: NotSupportedChoice created_by',
      '3: InvalidType name',
      '3: InvalidType responsible_user_id',
      '3: NotSupportedChoice custom_fields_values.0.values.0.enum_code',
      '4: NotNullable first_name',
    ]);
    expect(await ids('/api/v4/contacts', 'contacts')).toEqual([]);
  });

  it('§12.1 one invalid item: by switch the good items are kept, with 400 or with 200', async () => {
    const batch = [{ name: 'good' }, { name: 1 }];
    open.emulator.control.portal().settings.invalidItem = 'keep_good_400';
    expect((await open.amo.post('/api/v4/contacts', batch)).status).toBe(400);
    expect(await ids('/api/v4/contacts', 'contacts')).toHaveLength(1);
    open.emulator.control.portal().settings.invalidItem = 'keep_good_200';
    const reply = await open.amo.post('/api/v4/contacts', batch);
    expect([reply.status, errorsOf(reply)]).toEqual([200, ['1: InvalidType name']]);
    expect(await ids('/api/v4/contacts', 'contacts')).toHaveLength(2);
  });

  it('§2.2 takes 250 items and refuses 251', async () => {
    const items = Array.from({ length: 251 }, (_, index) => ({ name: `${index}` }));
    expect((await open.amo.post('/api/v4/contacts', items)).status).toBe(400);
    expect((await open.amo.post('/api/v4/contacts', items.slice(1))).status).toBe(200);
  });

  it('puts a lead into the first stage of the main pipeline and refuses «Неразобранное» and foreign stages', async () => {
    const id = await open.amo.create('/api/v4/leads', { name: 'Сделка' });
    expect((await open.amo.get(`/api/v4/leads/${id}`)).json()).toMatchObject({ pipeline_id: 3101, status_id: 31011 });
    const reply = await open.amo.post('/api/v4/leads', [
      { pipeline_id: 3101, status_id: 31010 },
      { pipeline_id: 3101, status_id: 31021 },
      { pipeline_id: 1 },
    ]);
    expect(errorsOf(reply)).toEqual([
      '0: NotSupportedChoice status_id',
      '1: NotSupportedChoice status_id',
      '2: NotSupportedChoice pipeline_id',
    ]);
    const won = await open.amo.create('/api/v4/leads', { pipeline_id: 3102, status_id: 142 });
    const body = (await open.amo.get(`/api/v4/leads/${won}`)).json<CardBody>();
    expect([body.pipeline_id, body.status_id, body.closed_at === null]).toEqual([3102, 142, false]);
  });
});

describe('§4.2 update', () => {
  it('replaces exactly the fields sent, whole, and keeps the others', async () => {
    const id = await open.amo.create('/api/v4/contacts', {
      name: 'А',
      custom_fields_values: [phone('1'), { field_code: 'EMAIL', values: [{ value: 'a@b.c', enum_code: 'WORK' }] }],
    });
    await open.amo.patch(`/api/v4/contacts/${id}`, { custom_fields_values: [phone('2')] });
    const contact = (await open.amo.get(`/api/v4/contacts/${id}`)).json<CardBody>();
    const values = contact.custom_fields_values?.map((f) => [f.field_code, f.values.map((v) => v.value)]);
    expect(contact.name).toBe('А');
    expect(values).toEqual(
      expect.arrayContaining([
        ['PHONE', ['2']],
        ['EMAIL', ['a@b.c']],
      ]),
    );
  });

  it('adds and deletes tags without touching others, replaces by _embedded.tags, clears by null', async () => {
    const id = await open.amo.create('/api/v4/leads', { tags_to_add: [{ name: 'a' }, { name: 'b' }] });
    const tags = async () =>
      (await open.amo.get(`/api/v4/leads/${id}`)).json<CardBody>()._embedded.tags.map((tag) => tag.name);
    await open.amo.patch('/api/v4/leads', [{ id, tags_to_add: [{ name: 'c' }], tags_to_delete: [{ name: 'a' }] }]);
    expect(await tags()).toEqual(['b', 'c']);
    await open.amo.patch(`/api/v4/leads/${id}`, { _embedded: { tags: [{ name: 'd' }] } });
    expect(await tags()).toEqual(['d']);
    await open.amo.patch(`/api/v4/leads/${id}`, { _embedded: { tags: null } });
    expect(await tags()).toEqual([]);
  });

  it('answers the bare object for one, a list for many, and 400 for an unknown id', async () => {
    const id = await open.amo.create('/api/v4/contacts', { name: 'А' });
    expect((await open.amo.patch(`/api/v4/contacts/${id}`, { name: 'Б' })).json()).toMatchObject({ id, name: 'Б' });
    const many = (await open.amo.patch('/api/v4/contacts', [{ id, name: 'В' }])).json<Page<CardBody>>();
    expect(many._embedded['contacts']?.[0]).toMatchObject({ id, name: 'В' });
    expect(errorsOf(await open.amo.patch('/api/v4/contacts', [{ id: 1 }]))).toEqual(['0: NotSupportedChoice id']);
  });
});

describe('§3.4–§3.6 lists', () => {
  it('embeds leads of a contact and contacts of a lead only with=…', async () => {
    const contact = await open.amo.create('/api/v4/contacts', { name: 'А' });
    const lead = await open.amo.create('/api/v4/leads', { _embedded: { contacts: [{ id: contact }] } });
    const plain = (await open.amo.get(`/api/v4/contacts/${contact}`)).json<CardBody>();
    expect(plain._embedded.leads).toBeUndefined();
    const full = (await open.amo.get(`/api/v4/contacts/${contact}?with=leads`)).json<CardBody>();
    expect(full._embedded.leads?.map((l) => l.id)).toEqual([lead]);
    const listed = (await open.amo.get('/api/v4/leads?with=contacts')).json<Page<CardBody>>();
    expect(listed._embedded['leads']?.[0]?._embedded.contacts).toMatchObject([{ id: contact, is_main: true }]);
  });

  it('orders by updated_at', async () => {
    const a = await open.amo.create('/api/v4/contacts', { name: 'А' });
    const b = await open.amo.create('/api/v4/contacts', { name: 'Б' });
    open.clock.advance(5000);
    await open.amo.patch(`/api/v4/contacts/${a}`, { name: 'В' });
    expect(await ids('/api/v4/contacts?order[updated_at]=desc', 'contacts')).toEqual([a, b]);
    expect(await ids('/api/v4/contacts?order[updated_at]=asc', 'contacts')).toEqual([b, a]);
  });

  it('finds a phone by ten national digits in every spelling, other spellings only as plain text', async () => {
    const stored = ['+7 (916) 123-45-67', '89161234567', '79161234567'];
    for (const value of stored) await open.amo.create('/api/v4/contacts', { custom_fields_values: [phone(value)] });
    expect(await ids('/api/v4/contacts?query=9161234567', 'contacts')).toHaveLength(3);
    expect(await ids('/api/v4/contacts?query=79161234567', 'contacts')).toHaveLength(1);
    open.emulator.control.portal().settings.phoneSearch = 'plain';
    expect(await ids('/api/v4/contacts?query=9161234567', 'contacts')).toHaveLength(2);
  });

  it('also finds what nobody meant: the query matches any filled field', async () => {
    const id = await open.amo.create('/api/v4/contacts', { name: 'заказ 9161234567' });
    expect(await ids('/api/v4/contacts?query=9161234567', 'contacts')).toEqual([id]);
  });

  it('ignores filters in silence while they are not paid for, obeys them when they are', async () => {
    const a = await open.amo.create('/api/v4/leads', { name: 'А' });
    const b = await open.amo.create('/api/v4/leads', { name: 'Б' });
    expect(await ids(`/api/v4/leads?filter[id][]=${b}`, 'leads')).toEqual([a, b]);
    open.emulator.control.portal().settings.paidFilters = true;
    expect(await ids(`/api/v4/leads?filter[id][]=${b}`, 'leads')).toEqual([b]);
    const account = (await open.amo.get('/api/v4/account?with=is_api_filter_enabled')).json();
    expect(account).toMatchObject({ is_api_filter_enabled: true });
  });

  it('§12.1 hides young writes from lists and search, never from reads by id', async () => {
    open.emulator.control.portal().settings.listingLagMs = 200;
    const id = await open.amo.create('/api/v4/contacts', { name: 'Старое' });
    expect(await ids('/api/v4/contacts?query=Старое', 'contacts')).toEqual([]);
    expect((await open.amo.get(`/api/v4/contacts/${id}`)).status).toBe(200);
    open.clock.advance(200);
    expect(await ids('/api/v4/contacts', 'contacts')).toEqual([id]);

    await open.amo.patch(`/api/v4/contacts/${id}`, { name: 'Новое' });
    expect(await ids('/api/v4/contacts?query=Новое', 'contacts')).toEqual([]);
    expect(await ids('/api/v4/contacts?query=Старое', 'contacts')).toEqual([id]);
    open.clock.advance(200);
    expect(await ids('/api/v4/contacts?query=Новое', 'contacts')).toEqual([id]);
  });
});
