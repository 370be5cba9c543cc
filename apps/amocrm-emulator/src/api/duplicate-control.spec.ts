import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

interface Made {
  id: number;
  contact_id: number;
  merged: boolean;
}

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const complex = async (name: string, ...phones: string[]): Promise<Made> => {
  const values = [{ field_code: 'PHONE', values: phones.map((value) => ({ value })) }];
  const lead = { name, _embedded: { contacts: [{ name: `Контакт ${name}`, custom_fields_values: values }] } };
  const [made] = (await open.amo.post('/api/v4/leads/complex', [lead])).json<Made[]>();
  if (made === undefined) throw new Error('nothing was made');
  return made;
};
const control = (value: 'off' | 'update_newest' | 'update_all') => {
  open.emulator.control.portal().settings.duplicateControl = value;
};

describe('§4.3 duplicate control of leads/complex, by switch', () => {
  it('off: the same phone makes a second lead and a second contact', async () => {
    const [first, second] = [await complex('А', '+79161234567'), await complex('Б', '89161234567')];
    expect([first.id === second.id, second.merged]).toEqual([false, false]);
  });

  it('updates the newest open lead whose main contact has the phone, and appends the other phones', async () => {
    await complex('А', '+79161234567');
    open.clock.advance(1000);
    const newest = await complex('Б', '+79161234567');
    control('update_newest');
    const again = await complex('В', '8 (916) 123-45-67', '+79990000000');
    expect(again).toMatchObject({ id: newest.id, contact_id: newest.contact_id, merged: true });
    expect((await open.amo.get(`/api/v4/leads/${newest.id}`)).json()).toMatchObject({ name: 'В' });
    expect((await open.amo.get(`/api/v4/contacts/${newest.contact_id}`)).json()).toMatchObject({
      name: 'Контакт В',
      custom_fields_values: [
        { values: [{ value: '+79161234567' }, { value: '8 (916) 123-45-67' }, { value: '+79990000000' }] },
      ],
    });
    expect(open.emulator.control.state().leads).toHaveLength(2);
  });

  it('updates all of up to three doubles, merges with none of four, and with no closed one', async () => {
    const doubles = [await complex('А', '9161234567'), await complex('Б', '9161234567')];
    control('update_all');
    expect((await complex('В', '9161234567')).merged).toBe(true);
    expect(open.emulator.control.state().leads.map(({ name }) => name)).toEqual(['В', 'В']);

    control('off');
    for (const name of ['Г', 'Д']) doubles.push(await complex(name, '9161234567'));
    control('update_all');
    expect((await complex('Е', '9161234567')).merged).toBe(false);

    const closed = await complex('Ж', '9990000000');
    await open.amo.patch('/api/v4/leads', [{ id: closed.id, status_id: 143, pipeline_id: 3101 }]);
    expect((await complex('З', '9990000000')).merged).toBe(false);
  });
});

describe('§11 tariff limit, by switch', () => {
  it('stops creation of what there is too much of, and nothing else', async () => {
    open.emulator.control.portal().settings.entityLimit = 1;
    const post = async (type: string) => (await open.amo.post(`/api/v4/${type}`, [{}])).status;
    expect([await post('contacts'), await post('contacts'), await post('leads'), await post('leads')]).toEqual([
      200, 403, 200, 403,
    ]);
    expect((await open.amo.get('/api/v4/contacts')).status).toBe(200);
  });
});
