import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errorsOf, type Page } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

interface NoteBody {
  id: number;
  entity_id: number;
  note_type: string;
  params: Record<string, unknown>;
  created_at: number;
}

let open: OpenEmulator;
let contact: number;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(async () => {
  open.emulator.control.reset();
  contact = await open.amo.create('/api/v4/contacts', { name: 'Клиент' });
});

const call = (more: Record<string, unknown> = {}, params: Record<string, unknown> = {}) => ({
  entity_id: contact,
  note_type: 'call_in',
  params: { uniq: 'call-1', duration: 12, source: 'АТС', phone: '+79161234567', ...params },
  ...more,
});
const NOTES = '/api/v4/contacts/notes';
const noteIds = async (path: string) => {
  const reply = await open.amo.get(path);
  return reply.status === 204 ? [] : reply.json<Page<NoteBody>>()._embedded['notes']?.map((note) => note.id);
};

describe('§6.2 notes', () => {
  it.each(['contacts', 'companies', 'leads'])('stores a call note on %s and reads it back', async (type) => {
    const id = await open.amo.create(`/api/v4/${type}`, { name: 'Карточка' });
    const note = await open.amo.create(`/api/v4/${type}/notes`, {
      ...call({ entity_id: id, created_at: 1767000000, responsible_user_id: 102, created_by: 102 }),
    });
    expect((await open.amo.get(`/api/v4/${type}/notes/${note}`)).json()).toMatchObject({
      entity_id: id,
      note_type: 'call_in',
      created_at: 1767000000,
      responsible_user_id: 102,
      params: { uniq: 'call-1', duration: 12 },
    });
    expect(await noteIds(`/api/v4/${type}/${id}/notes`)).toEqual([note]);
  });

  it('gives call_status back as a string', async () => {
    const id = await open.amo.create(NOTES, call({}, { call_status: 4 }));
    const note = (await open.amo.get(`${NOTES}/${id}`)).json<NoteBody>();
    expect(note.params['call_status']).toBe('4');
  });

  it('refuses null in link, call_result and call_status, missing and wrong params, unknown cards and types', async () => {
    const nulls = await open.amo.post(NOTES, [call({}, { link: null, call_result: null, call_status: null })]);
    expect(errorsOf(nulls).sort()).toEqual([
      '0: NotNullable params.call_result',
      '0: NotNullable params.call_status',
      '0: NotNullable params.link',
    ]);
    const reply = await open.amo.post(NOTES, [
      { entity_id: contact, note_type: 'call_out' },
      call({}, { duration: '12' }),
      call({ entity_id: 1 }),
      call({ note_type: 'gossip' }),
      { entity_id: contact, note_type: 'common', params: { text: 'x'.repeat(20_001) } },
      call({ responsible_user_id: 104 }),
    ]);
    expect(errorsOf(reply)).toEqual([
      '0: FieldMissing params',
      '1: InvalidType params.duration',
      '2: NotSupportedChoice entity_id',
      '3: NotSupportedChoice note_type',
      '4: TooLong params.text',
      '5: NotSupportedChoice responsible_user_id',
    ]);
  });

  it('does not enforce uniq: the same call twice makes two notes (§10)', async () => {
    await open.amo.create(NOTES, call());
    await open.amo.create(NOTES, call());
    expect(await noteIds(NOTES)).toHaveLength(2);
    expect(open.emulator.control.report().duplicates.noteUniq).toMatchObject([{ marker: 'call-1', count: 2 }]);
  });

  it('lists by entity, type, time and order', async () => {
    const first = await open.amo.create(NOTES, call());
    open.clock.advance(10_000);
    const second = await open.amo.create(NOTES, call({ note_type: 'call_out' }));
    const since = Math.floor(open.clock.nowMs() / 1000);
    const other = await open.amo.create('/api/v4/contacts', {});
    expect(await noteIds(`${NOTES}?order[id]=desc`)).toEqual([second, first]);
    expect(await noteIds(`${NOTES}?order[updated_at]=desc`)).toEqual([second, first]);
    expect(await noteIds(`${NOTES}?filter[note_type][]=call_out`)).toEqual([second]);
    expect(await noteIds(`${NOTES}?filter[updated_at]=${since}`)).toEqual([second]);
    expect(await noteIds(`${NOTES}?filter[updated_at][to]=${since - 1}`)).toEqual([first]);
    expect(await noteIds(`${NOTES}?filter[entity_id][]=${other}`)).toEqual([]);
  });

  it('changes a note by PATCH in every form and keeps what is not sent', async () => {
    const id = await open.amo.create(NOTES, call());
    await open.amo.patch(`${NOTES}/${id}`, { params: { link: 'https://a/1' } });
    await open.amo.patch(NOTES, [{ id, params: { duration: 30 } }]);
    const one = await open.amo.patch(`/api/v4/contacts/${contact}/notes/${id}`, { params: { call_result: 'да' } });
    expect(one.json()).toMatchObject({ id, entity_id: contact });
    expect((await open.amo.get(`${NOTES}/${id}`)).json<NoteBody>().params).toEqual({
      uniq: 'call-1',
      duration: 30,
      source: 'АТС',
      phone: '+79161234567',
      link: 'https://a/1',
      call_result: 'да',
    });
    expect(errorsOf(await open.amo.patch(NOTES, [{ id: 5, params: {} }]))).toEqual(['0: NotSupportedChoice id']);
  });

  it('answers 405 on DELETE and 204 on an unknown note (§12.1)', async () => {
    const id = await open.amo.create(NOTES, call());
    expect((await open.amo.delete(`${NOTES}/${id}`)).status).toBe(405);
    expect((await open.amo.get(`${NOTES}/1`)).status).toBe(204);
  });
});

describe('§7 tasks', () => {
  const task = (more: Record<string, unknown> = {}) => ({
    text: 'Перезвонить',
    complete_till: 1767300000,
    entity_id: contact,
    entity_type: 'contacts',
    ...more,
  });
  const taskIds = async (search: string) => {
    const reply = await open.amo.get(`/api/v4/tasks${search}`);
    return reply.status === 204 ? [] : reply.json<Page<{ id: number }>>()._embedded['tasks']?.map((t) => t.id);
  };

  it('stores a task, with the token owner in charge by default and an empty result as []', async () => {
    const id = await open.amo.create('/api/v4/tasks', task());
    expect((await open.amo.get(`/api/v4/tasks/${id}`)).json()).toMatchObject({
      text: 'Перезвонить',
      task_type_id: 1,
      responsible_user_id: 101,
      is_completed: false,
      result: [],
    });
    const card = (await open.amo.get(`/api/v4/contacts/${contact}`)).json();
    expect(card).toMatchObject({ closest_task_at: 1767300000 });
  });

  it('allows a task without a card and refuses half a card, unknown types and people', async () => {
    await open.amo.create('/api/v4/tasks', { text: 'Сама по себе', complete_till: 1 });
    const reply = await open.amo.post('/api/v4/tasks', [
      { entity_type: 'contacts' },
      task({ entity_type: 'nothing' }),
      task({ entity_id: 1, task_type_id: 9, responsible_user_id: 104 }),
    ]);
    expect(errorsOf(reply)).toEqual([
      '0: FieldMissing text',
      '0: FieldMissing complete_till',
      '0: FieldMissing entity_id',
      '1: NotSupportedChoice entity_type',
      '2: NotSupportedChoice task_type_id',
      '2: NotSupportedChoice entity_id',
      '2: NotSupportedChoice responsible_user_id',
    ]);
  });

  it('filters, completes by PATCH with a result', async () => {
    const first = await open.amo.create('/api/v4/tasks', task());
    const second = await open.amo.create('/api/v4/tasks', task({ task_type_id: 2, responsible_user_id: 102 }));
    await open.amo.patch(`/api/v4/tasks/${first}`, { is_completed: true, result: { text: 'готово' } });
    expect((await open.amo.get(`/api/v4/tasks/${first}`)).json()).toMatchObject({ result: { text: 'готово' } });
    expect(await taskIds('?filter[is_completed]=0')).toEqual([second]);
    expect(await taskIds('?filter[task_type]=1')).toEqual([first]);
    expect(await taskIds('?filter[responsible_user_id]=102')).toEqual([second]);
    expect(await taskIds(`?filter[entity_type]=contacts&filter[entity_id]=${contact}&order[id]=desc`)).toEqual([
      second,
      first,
    ]);
    expect((await open.amo.get('/api/v4/tasks/1')).status).toBe(204);
  });
});

describe('§6.3 events', () => {
  it('records what was made, call events with the id of their note, newest first', async () => {
    const note = await open.amo.create(NOTES, call());
    const events = (await open.amo.get('/api/v4/events?filter[type][]=incoming_call')).json<Page<{ id: string }>>();
    expect(events._embedded['events']).toMatchObject([
      { entity_type: 'contact', entity_id: contact, value_after: [{ note: { id: note } }] },
    ]);
    expect(events._embedded['events']?.[0]?.id).toHaveLength(26);
    expect((await open.amo.get('/api/v4/events?filter[type]=contact_added')).status).toBe(200);
    expect((await open.amo.get('/api/v4/events?limit=101')).status).toBe(422);
    expect((await open.amo.get('/api/v4/events/none')).status).toBe(404);
  });
});
