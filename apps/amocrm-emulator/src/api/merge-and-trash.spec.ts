import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const phone = (value: string) => [{ field_code: 'PHONE', values: [{ value }] }];
const edit = (what: string, body: Record<string, unknown>) => open.amo.post(`/_emulator/portal/cards/${what}`, body);
const note = (entity_id: number) => ({ entity_id, note_type: 'common', params: { text: 'т' } });

describe('§11 two cards merged by a person', () => {
  it('contacts: leads, notes, tasks, phones and tags go over, the old id is dead', async () => {
    const from = await open.amo.create('/api/v4/contacts', {
      custom_fields_values: phone('111'),
      tags_to_add: [{ name: 'а' }],
    });
    const into = await open.amo.create('/api/v4/contacts', { custom_fields_values: phone('222') });
    const lead = await open.amo.create('/api/v4/leads', { _embedded: { contacts: [{ id: from }] } });
    const noteId = await open.amo.create('/api/v4/contacts/notes', note(from));
    expect((await edit('merge', { type: 'contacts', fromId: from, intoId: into })).status).toBe(204);

    const survivor = (await open.amo.get(`/api/v4/contacts/${into}?with=leads`)).json();
    expect(survivor).toMatchObject({
      custom_fields_values: [{ values: [{ value: '222' }, { value: '111' }] }],
      _embedded: { leads: [{ id: lead }], tags: [{ name: 'а' }] },
    });
    expect((await open.amo.get(`/api/v4/contacts/${from}`)).status).toBe(204);
    expect((await open.amo.get(`/api/v4/contacts/notes/${noteId}`)).json()).toMatchObject({ entity_id: into });
    expect((await open.amo.get(`/api/v4/contacts/${into}/notes`)).status).toBe(200);
    expect((await open.amo.get(`/api/v4/contacts/${from}/notes`)).status).toBe(204);
    expect((await edit('merge', { type: 'contacts', fromId: from, intoId: into })).status).toBe(404);
  });

  it('companies and leads: what hangs on them goes over', async () => {
    const [company, other] = [
      await open.amo.create('/api/v4/companies', {}),
      await open.amo.create('/api/v4/companies', {}),
    ];
    const contact = await open.amo.create('/api/v4/contacts', {});
    const links = { contacts: [{ id: contact }], companies: [{ id: company }] };
    const [lead, double] = [
      await open.amo.create('/api/v4/leads', { _embedded: links }),
      await open.amo.create('/api/v4/leads', {}),
    ];
    await edit('merge', { type: 'companies', fromId: company, intoId: other });
    await edit('merge', { type: 'leads', fromId: lead, intoId: double });
    expect((await open.amo.get(`/api/v4/leads/${double}?with=contacts`)).json()).toMatchObject({
      _embedded: { contacts: [{ id: contact, is_main: true }], companies: [{ id: other }] },
    });
    expect((await open.amo.get('/api/v4/leads?with=only_deleted')).json()).toMatchObject({
      _embedded: { leads: [{ id: lead }] },
    });
  });
});

describe('§2.2 trash', () => {
  it('keeps a deleted card for 30 days, restores it, and tells both as events', async () => {
    const id = await open.amo.create('/api/v4/leads', { name: 'С' });
    await edit('delete', { type: 'leads', id });
    expect((await open.amo.get(`/api/v4/leads/${id}`)).status).toBe(204);
    await edit('restore', { type: 'leads', id });
    expect((await open.amo.get(`/api/v4/leads/${id}`)).json()).toMatchObject({ name: 'С', is_deleted: false });
    const types = (await open.amo.get('/api/v4/events')).json<{ _embedded: { events: { type: string }[] } }>();
    expect(types._embedded.events.map(({ type }) => type)).toEqual(['lead_restored', 'lead_deleted', 'lead_added']);

    await edit('delete', { type: 'leads', id });
    open.clock.advance(30 * 86_400_000);
    expect((await edit('restore', { type: 'leads', id })).status).toBe(400);
  });
});
