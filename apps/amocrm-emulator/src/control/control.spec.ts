import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const control = async <T>(path: string) => (await open.amo.get(`/_emulator/${path}`)).json<T>();
const phone = (value: string) => [{ field_code: 'PHONE', values: [{ value }] }];
const call = (uniq: string) => ({
  note_type: 'call_in',
  params: { uniq, duration: 1, source: 'АТС', phone: '+79161234567' },
});
const sample = async (prefix: string[]) => {
  for (const name of prefix) await open.amo.create('/api/v4/contacts', { name });
  const [made] = (
    await open.amo.post('/api/v4/leads/complex', [
      { name: 'Звонок', _embedded: { contacts: [{ name: 'К', custom_fields_values: phone('+79161234567') }] } },
    ])
  ).json<{ id: number; contact_id: number }[]>();
  await open.amo.create(`/api/v4/leads/${made?.id}/notes`, call('call-1'));
  await open.amo.create('/api/v4/tasks', {
    text: 'Перезвонить',
    complete_till: 5,
    entity_id: made?.id,
    entity_type: 'leads',
  });
};

describe('state', () => {
  it('stable: equal for two runs that differ in ids and times only, different when content differs', async () => {
    await sample([]);
    const first = await control('state?view=stable');
    await open.amo.post('/_emulator/reset');
    open.clock.advance(123_456);
    await open.amo.create('/api/v4/leads/tags', { name: 'сдвигает номера' });
    await sample([]);
    expect(await control('state?view=stable')).toEqual(first);
    expect(first).toMatchObject({
      contacts: [
        {
          name: 'К',
          responsible: 'Анна Смирнова',
          fields: { Телефон: ['+79161234567'] },
          leads: [
            { stage: 'Первичный контакт', notes: [{ params: { uniq: 'call-1' } }], tasks: [{ text: 'Перезвонить' }] },
          ],
        },
      ],
    });
    await open.amo.create('/api/v4/contacts', { name: 'лишний' });
    expect(await control('state?view=stable')).not.toEqual(first);
  });

  it('reset with keepDirectory empties the portal and leaves fields, people and tokens', async () => {
    const field = { type: 'text', name: 'Ключ', code: 'KEY', is_api_only: true };
    const id = await open.amo.create('/api/v4/leads/custom_fields', field);
    await sample([]);
    await open.amo.post('/_emulator/reset', { keepDirectory: true });
    expect((await open.amo.get('/api/v4/contacts')).status).toBe(204);
    const values = [{ field_id: id, values: [{ value: 'k' }] }];
    expect((await open.amo.post('/api/v4/leads', [{ custom_fields_values: values }])).status).toBe(200);
    await open.amo.post('/_emulator/reset');
    expect((await open.amo.post('/api/v4/leads', [{ custom_fields_values: values }])).status).toBe(400);
  });

  it('full: everything at once without lag, with ids', async () => {
    open.emulator.control.portal().settings.listingLagMs = 30_000;
    await sample([]);
    const state = await control<Record<string, unknown[]>>('state');
    const sizes = ['contacts', 'leads', 'notes', 'tasks', 'unsorted'].map((key) => state[key]?.length);
    expect(sizes).toEqual([1, 1, 1, 1, 0]);
  });

  it('snapshot and restore bring contents back, later writes do not touch the snapshot', async () => {
    await sample([]);
    const before = await control('state');
    const { id } = (await open.amo.post('/_emulator/snapshots')).json<{ id: string }>();
    await open.amo.create('/api/v4/contacts', { tags_to_add: [{ name: 'новый' }] });
    for (let i = 0; i < 2; i++) {
      await open.amo.post(`/_emulator/snapshots/${id}/restore`);
      expect(await control('state')).toEqual(before);
      await open.amo.create('/api/v4/contacts', {});
    }
    expect((await open.amo.post('/_emulator/snapshots/none/restore')).status).toBe(404);
  });
});

describe('request log', () => {
  it('tells what was asked, with token id, items and markers, and leaves control requests out', async () => {
    await open.amo.post('/api/v4/contacts', [{ custom_fields_values: phone('+7 916 123-45-67') }, {}]);
    const { requests } = await control<{ requests: unknown[] }>('requests');
    expect(requests).toMatchObject([
      {
        seq: expect.any(Number),
        method: 'POST',
        path: '/api/v4/contacts',
        tokenId: 'token-1',
        items: 2,
        status: 200,
        markers: ['phone:9161234567'],
        fault: null,
      },
    ]);
    expect(JSON.stringify(requests)).not.toContain('spec-token');
  });

  it('names fields that the reference does not know', async () => {
    await open.amo.post('/api/v4/contacts', [{ name: 'К', nickname: 'x' }]);
    expect(open.emulator.control.report().unknownFields).toEqual(['POST /api/v4/contacts: nickname']);
  });
});

describe('edits of a portal', () => {
  it('deactivates a user, deletes a stage with its leads moving on, switches «Неразобранное» off', async () => {
    await open.amo.post('/_emulator/portal/users', { id: 102, isActive: false });
    expect((await open.amo.post('/api/v4/contacts', [{ responsible_user_id: 102 }])).status).toBe(400);

    const lead = await open.amo.create('/api/v4/leads', { pipeline_id: 3101, status_id: 31012 });
    expect((await open.amo.post('/_emulator/portal/stages/delete', { pipelineId: 3101, statusId: 31012 })).status).toBe(
      204,
    );
    expect((await open.amo.get(`/api/v4/leads/${lead}`)).json()).toMatchObject({ status_id: 31011 });
    expect((await open.amo.get('/api/v4/leads/pipelines/3101/statuses/31012')).status).toBe(404);
    expect((await open.amo.post('/_emulator/portal/pipelines/delete', { pipelineId: 3101 })).status).toBe(400);
    expect((await open.amo.post('/_emulator/portal/pipelines/delete', { pipelineId: 3102 })).status).toBe(204);

    await open.amo.post('/_emulator/portal/unsorted', { pipelineId: 3101, isOn: false });
    expect((await open.amo.get('/api/v4/account')).json()).toMatchObject({ is_unsorted_on: false });
  });

  it('adds people, pipelines and stages that requests can name at once, and renames a stage', async () => {
    const add = async (what: string, body: object) =>
      (await open.amo.post(`/_emulator/portal/${what}/add`, body)).json<{ id: number }>().id;
    const user = await add('users', { name: 'Вера' });
    const pipelineId = await add('pipelines', { name: 'Партнёры' });
    const statusId = await add('stages', { pipelineId, name: 'Знакомство' });
    const asked = { responsible_user_id: user, pipeline_id: pipelineId, status_id: statusId };
    const lead = await open.amo.create('/api/v4/leads', asked);
    expect((await open.amo.get(`/api/v4/leads/${lead}`)).json()).toMatchObject(asked);

    await open.amo.post('/_emulator/portal/stages/rename', { pipelineId, statusId, name: 'Встреча' });
    const stages = (await open.amo.get(`/api/v4/leads/pipelines/${pipelineId}`)).json<{
      _embedded: { statuses: { name: string }[] };
    }>();
    expect(stages._embedded.statuses.map(({ name }) => name)).toEqual([
      'Неразобранное',
      'Первичный контакт',
      'Встреча',
      'Успешно реализовано',
      'Закрыто и не реализовано',
    ]);
  });

  it('does by hand what an administrator does on the screen, also while callers are blocked, and logs none of it', async () => {
    const portal = open.emulator.control.portal();
    portal.settings.unsortedMetadata = 'lenient';
    await open.amo.post('/api/v4/leads/unsorted/sip', [{ source_uid: 'a', source_name: 'АТС' }]);
    const uid = open.emulator.control.state().unsorted[0]?.uid;
    await open.amo.post('/_emulator/block');
    const logged = open.emulator.control.requests().length;
    const path = `/api/v4/leads/unsorted/${uid}/accept`;
    expect((await open.amo.post('/_emulator/by-hand', { method: 'POST', path, body: {} })).status).toBe(200);
    expect(open.emulator.control.state().unsorted).toMatchObject([{ outcome: 'accepted' }]);
    expect(open.emulator.control.requests()).toHaveLength(logged);
    expect((await open.amo.post('/_emulator/by-hand', { method: 'PUT', path })).status).toBe(400);
  });

  it('changes switches, all or none, and names what is wrong', async () => {
    const bad = await open.amo.patch('/_emulator/settings', { paidFilters: true, listingLagMs: -1, no: 1 });
    expect(bad.json<{ detail: string }>().detail).toBe('listingLagMs: not a possible value; no: no such switch');
    expect(await control('settings')).toMatchObject({ paidFilters: false });
    await open.amo.patch('/_emulator/settings', { paidFilters: true });
    expect(await control('settings')).toMatchObject({ paidFilters: true });
  });
});

describe('surface', () => {
  it('is alive, moves virtual time and refuses what another site would send', async () => {
    expect((await fetch(`${open.emulator.url}/health/live`)).status).toBe(200);
    const before = open.clock.nowMs();
    await open.amo.post('/_emulator/clock/advance', { ms: 1000 });
    expect(open.clock.nowMs()).toBe(before + 1000);
    const form = await fetch(`${open.emulator.url}/_emulator/portal/users`, { method: 'POST', body: 'id=1' });
    expect(form.status).toBe(415);
    const foreign = await fetch(`${open.emulator.url}/_emulator/reset`, {
      method: 'POST',
      headers: { Origin: 'http://evil.example' },
    });
    expect(foreign.status).toBe(403);
  });
});
