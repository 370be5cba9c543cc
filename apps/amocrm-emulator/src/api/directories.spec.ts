import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Page } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

interface StageBody {
  id: number;
  name: string;
}
interface PipelineBody {
  id: number;
  is_main: boolean;
  _embedded: { statuses: StageBody[] };
}

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const PIPELINES = '/api/v4/leads/pipelines';
const statusOf = async (path: string) => (await open.amo.get(path)).status;

describe('§3.3 pipelines and stages are edited', () => {
  it('a pipeline is added with its stages between «Неразобранное» and the closed ones, and can become the main one', async () => {
    const body = { name: 'Новая', is_main: true, _embedded: { statuses: [{ name: 'Первый' }, { name: 'Второй' }] } };
    const id = await open.amo.create(PIPELINES, body);
    const made = (await open.amo.get(`${PIPELINES}/${id}`)).json<PipelineBody>();
    expect(made._embedded.statuses.map(({ name }) => name)).toEqual([
      'Неразобранное',
      'Первый',
      'Второй',
      'Успешно реализовано',
      'Закрыто и не реализовано',
    ]);
    expect([made.is_main, (await open.amo.get(`${PIPELINES}/3101`)).json<PipelineBody>().is_main]).toEqual([
      true,
      false,
    ]);
    const lead = await open.amo.create('/api/v4/leads', {});
    expect((await open.amo.get(`/api/v4/leads/${lead}`)).json()).toMatchObject({
      pipeline_id: id,
      status_id: made._embedded.statuses[1]?.id,
    });
  });

  it('a pipeline changes its name and «Неразобранное», goes only empty and never as the last one', async () => {
    await open.amo.patch(`${PIPELINES}/3102`, { name: 'Другое имя', is_unsorted_on: false });
    expect((await open.amo.get(`${PIPELINES}/3102`)).json()).toMatchObject({
      name: 'Другое имя',
      is_unsorted_on: false,
    });
    await open.amo.create('/api/v4/leads', { pipeline_id: 3102 });
    expect((await open.amo.delete(`${PIPELINES}/3102`)).status).toBe(400);
    expect((await open.amo.delete(`${PIPELINES}/3101`)).status).toBe(204);
    expect(await statusOf(`${PIPELINES}/3101`)).toBe(404);
    expect((await open.amo.delete(`${PIPELINES}/3102`)).status).toBe(400);
  });

  it('stages are added, renamed and deleted; the leads of a deleted one move to the first; ids are not used again', async () => {
    const path = `${PIPELINES}/3101/statuses`;
    const id = await open.amo.create(path, { name: 'Ещё один' });
    await open.amo.patch(`${path}/${id}`, { name: 'Проверка', color: '#eb93ff' });
    expect((await open.amo.get(`${path}/${id}`)).json()).toMatchObject({ name: 'Проверка', color: '#eb93ff', type: 0 });
    const lead = await open.amo.create('/api/v4/leads', { pipeline_id: 3101, status_id: id });
    expect((await open.amo.delete(`${path}/${id}`)).status).toBe(204);
    expect((await open.amo.get(`/api/v4/leads/${lead}`)).json()).toMatchObject({ status_id: 31011 });
    expect([await statusOf(`${path}/${id}`), (await open.amo.delete(`${path}/142`)).status]).toEqual([404, 400]);
    expect(await open.amo.create(path, { name: 'Следующий' })).toBeGreaterThan(id);
  });

  it('by administrators only', async () => {
    open.emulator.control.portal().addToken({ id: 'petr', secret: 'petr', integrationId: 'i', userId: 102 });
    expect((await open.amo.as('petr').post(PIPELINES, [{ name: 'Н' }])).status).toBe(403);
  });
});

describe('§3.4 custom fields', () => {
  it('an API-only field is made, renamed and deleted with its values; PHONE stays', async () => {
    const path = '/api/v4/leads/custom_fields';
    const id = await open.amo.create(path, { type: 'text', name: 'Ключ', code: 'KEY', is_api_only: true });
    const values = [{ field_id: id, values: [{ value: 'k' }] }];
    const lead = await open.amo.create('/api/v4/leads', { custom_fields_values: values });
    await open.amo.patch(`${path}/${id}`, { name: 'Ключ звонка' });
    expect((await open.amo.get(`/api/v4/leads/${lead}`)).json()).toMatchObject({
      custom_fields_values: [{ field_name: 'Ключ звонка', values: [{ value: 'k' }] }],
    });
    expect((await open.amo.delete(`${path}/${id}`)).status).toBe(204);
    expect((await open.amo.get(`/api/v4/leads/${lead}`)).json()).toMatchObject({ custom_fields_values: null });
    expect((await open.amo.post('/api/v4/leads', [{ custom_fields_values: values }])).status).toBe(400);
    expect((await open.amo.delete('/api/v4/contacts/custom_fields/40001')).status).toBe(400);
  });
});

describe('§2.2 sources', () => {
  it('at most 50 at once and 100 in all', async () => {
    const sources = (size: number, from = 0) =>
      Array.from({ length: size }, (_, index) => ({ name: 'АТС', external_id: `pbx-${from + index}` }));
    expect((await open.amo.post('/api/v4/sources', sources(51))).status).toBe(400);
    for (const from of [0, 50]) expect((await open.amo.post('/api/v4/sources', sources(50, from))).status).toBe(200);
    expect((await open.amo.post('/api/v4/sources', sources(1, 100))).status).toBe(400);
    const found = (await open.amo.get('/api/v4/sources?filter[external_id][]=pbx-7')).json<Page<{ id: number }>>();
    const id = found._embedded['sources']?.[0]?.id;
    expect([found._total_items, (await open.amo.delete(`/api/v4/sources/${id}`)).status]).toEqual([1, 204]);
    expect(await statusOf(`/api/v4/sources/${id}`)).toBe(404);
  });
});

describe('§6.3 types of events', () => {
  it('are listed, and name every event that happens', async () => {
    const types = (await open.amo.get('/api/v4/events/types')).json<Page<{ key: string }>>();
    const known = types._embedded['events_types']?.map(({ key }) => key);
    expect(known).toEqual(expect.arrayContaining(['incoming_call', 'lead_status_changed', 'entity_merged']));
    const contact = await open.amo.create('/api/v4/contacts', { tags_to_add: [{ name: 'а' }] });
    const lead = await open.amo.create('/api/v4/leads', {});
    await open.amo.post(`/api/v4/leads/${lead}/link`, [{ to_entity_id: contact, to_entity_type: 'contacts' }]);
    await open.amo.patch('/api/v4/contacts', [
      { id: contact, responsible_user_id: 102, tags_to_add: [{ name: 'б' }], tags_to_delete: [{ name: 'а' }] },
    ]);
    await open.amo.patch('/api/v4/leads', [{ id: lead, status_id: 31012 }]);
    const events = (await open.amo.get('/api/v4/events?with=contact_name')).json<Page<{ type: string }>>();
    expect(events._embedded['events']?.map(({ type }) => type).sort()).toEqual([
      'contact_added',
      'entity_linked',
      'entity_responsible_changed',
      'entity_tag_added',
      'entity_tag_deleted',
      'lead_added',
      'lead_status_changed',
    ]);
  });
});
