import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Caller, type Page } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

let open: OpenEmulator;
let petr: Caller;
beforeAll(async () => {
  open = await openEmulator();
  petr = open.amo.as('petr');
});
afterAll(() => open.emulator.stop());
beforeEach(() => {
  open.emulator.control.reset();
  open.emulator.control.portal().addToken({ id: 'petr', secret: 'petr', integrationId: 'i', userId: 102 });
});

const phone = [{ field_code: 'PHONE', values: [{ value: '9161234567' }] }];

describe('§1.5, §3.2 rights of an ordinary user', () => {
  it.each(['contacts', 'companies', 'leads'])(
    'sees and changes only his own %s: look-ups miss the rest',
    async (type) => {
      const path = `/api/v4/${type}`;
      const own = await open.amo.create(path, { name: 'Своя', responsible_user_id: 102 });
      const foreign = await open.amo.create(path, { name: 'Чужая', responsible_user_id: 103 });
      const listed = (await petr.get(path)).json<Page<{ id: number }>>()._embedded[type]?.map((card) => card.id);
      expect(listed).toEqual([own]);
      expect((await petr.get(`${path}?query=Чужая`)).status).toBe(204);
      expect([(await petr.get(`${path}/${own}`)).status, (await petr.get(`${path}/${foreign}`)).status]).toEqual([
        200, 403,
      ]);
      expect((await petr.patch(path, [{ id: foreign, name: 'Х' }])).json()).toMatchObject({ status: 403, code: 244 });
      expect((await petr.patch(path, [{ id: own, name: 'Х' }])).status).toBe(200);
    },
  );

  it('writes no note or task on a card that he does not see', async () => {
    const foreign = await open.amo.create('/api/v4/contacts', { custom_fields_values: phone });
    const note = { entity_id: foreign, note_type: 'common', params: { text: 'т' } };
    expect((await petr.post('/api/v4/contacts/notes', [note])).status).toBe(403);
    const task = { text: 'т', complete_till: 5, entity_id: foreign, entity_type: 'contacts' };
    expect((await petr.post('/api/v4/tasks', [task])).status).toBe(403);
  });

  it('follows the letters of a role: all, the group, none', async () => {
    const { directory } = open.emulator.control.portal().store;
    const foreign = await open.amo.create('/api/v4/leads', { responsible_user_id: 103 });
    const rights = directory.roles[0]?.rights;
    if (rights === undefined) throw new Error('the portal has no role');
    const status = async (view: 'A' | 'G' | 'D', add: 'A' | 'D' = 'A') => {
      directory.roles = [{ id: 201, name: 'Р', rights: { ...rights, leads: { ...rights.leads, view, add } } }];
      await open.amo.post('/_emulator/portal/users', { id: 102, roleId: 201 });
      return [(await petr.get(`/api/v4/leads/${foreign}`)).status, (await petr.post('/api/v4/leads', [{}])).status];
    };
    expect(await status('A')).toEqual([200, 200]);
    expect(await status('G')).toEqual([200, 200]);
    directory.users = directory.users.map((user) => (user.id === 103 ? { ...user, group_id: 7 } : user));
    expect(await status('G')).toEqual([403, 200]);
    expect(await status('D', 'D')).toEqual([403, 403]);
  });
});

describe('§3.2 users and roles', () => {
  it('tells users with rights, role and group, and roles with their users, to administrators only', async () => {
    await open.amo.post('/_emulator/portal/users', { id: 103, roleId: 201 });
    expect((await open.amo.get('/api/v4/users/103?with=role,group')).json()).toMatchObject({
      rights: { leads: { view: 'M', add: 'A' }, is_admin: false, role_id: 201, group_id: 0 },
      _embedded: { roles: [{ id: 201 }], groups: [{ id: 0 }] },
    });
    expect((await open.amo.get('/api/v4/roles?with=users')).json()).toMatchObject({
      _total_items: 1,
      _embedded: { roles: [{ id: 201, _embedded: { users: [{ id: 103 }] } }] },
    });
    expect([(await petr.get('/api/v4/roles/201')).status, (await open.amo.get('/api/v4/roles/1')).status]).toEqual([
      403, 404,
    ]);
  });

  it('§2.2 adds at most ten users at once', async () => {
    const user = { name: 'Новый', email: 'n@demo.example', rights: { leads: { view: 'A' } } };
    const made = (await open.amo.post('/api/v4/users', [user])).json<Page<{ id: number }>>();
    const id = made._embedded['users']?.[0]?.id;
    expect((await open.amo.get(`/api/v4/users/${id}`)).json()).toMatchObject({ rights: { leads: { view: 'A' } } });
    expect((await open.amo.post('/api/v4/users', Array(11).fill(user))).status).toBe(400);
  });
});
