import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errorsOf, type Page } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

interface Claim {
  uid: string;
  source_uid: string;
  category: string;
  pipeline_id: number;
  request_id?: string;
  metadata: Record<string, unknown>;
  _embedded: { leads: { id: number }[]; contacts: { id: number }[]; companies: unknown[] };
}

const SIP = '/api/v4/leads/unsorted/sip';
const LIST = '/api/v4/leads/unsorted';

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const metadata = (more: Record<string, unknown> = {}) => ({
  phone: '79161234567',
  call_responsible: 'Анна',
  called_at: 1767225600,
  duration: 0,
  link: '',
  service_code: 'perezvon',
  is_call_event_needed: true,
  uniq: 'call-1',
  ...more,
});
const sip = (more: Record<string, unknown> = {}) => ({
  source_uid: 'source-1',
  source_name: 'АТС',
  metadata: metadata(),
  _embedded: {
    contacts: [
      { name: 'Клиент', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+79161234567' }] }] },
    ],
  },
  ...more,
});
const createClaim = async (item: unknown = sip()): Promise<Claim> => {
  const reply = await open.amo.post(SIP, [item]);
  const claim = reply.json<Page<Claim>>()._embedded['unsorted']?.[0];
  if (claim === undefined) throw new Error(reply.text);
  return claim;
};
const listed = async (search = '') => {
  const reply = await open.amo.get(`${LIST}${search}`);
  return reply.status === 204 ? [] : (reply.json<Page<Claim>>()._embedded['unsorted'] ?? []);
};

describe('§5.2 POST /leads/unsorted/sip', () => {
  it('creates the claim with its lead in the type-1 stage and a contact that stays hidden', async () => {
    const claim = await createClaim();
    const [lead, contact] = [claim._embedded.leads[0]?.id, claim._embedded.contacts[0]?.id];
    expect(claim.request_id).toBe('0');
    expect((await open.amo.get(`/api/v4/leads/${lead}`)).json()).toMatchObject({ pipeline_id: 3101, status_id: 31010 });
    expect((await open.amo.get(`/api/v4/contacts/${contact}`)).json()).toMatchObject({ is_unsorted: true });
    expect((await open.amo.get('/api/v4/contacts')).status).toBe(204);
    expect((await open.amo.get('/api/v4/contacts?query=9161234567')).status).toBe(204);
    open.emulator.control.portal().settings.hiddenContactsListed = true;
    expect((await open.amo.get('/api/v4/contacts?query=9161234567')).status).toBe(200);
  });

  it('requires what is documented, accepts an empty link, refuses null; lenient by switch (§12.1)', async () => {
    const reply = await open.amo.post(SIP, [{ metadata: { phone: '7', link: null } }]);
    expect(errorsOf(reply)).toEqual([
      '0: FieldMissing source_uid',
      '0: FieldMissing source_name',
      '0: FieldMissing metadata.duration',
      '0: FieldMissing metadata.call_responsible',
      '0: FieldMissing metadata.called_at',
      '0: NotNullable metadata.link',
      '0: FieldMissing metadata.service_code',
      '0: FieldMissing metadata.is_call_event_needed',
      '0: FieldMissing metadata.uniq',
    ]);
    open.emulator.control.portal().settings.unsortedMetadata = 'lenient';
    const lenient = await open.amo.post(SIP, [{ source_uid: 's', source_name: 'n', metadata: { phone: '7' } }]);
    expect(lenient.status).toBe(200);
  });

  it('refuses a pipeline that does not exist or has «Неразобранное» switched off', async () => {
    const main = open.emulator.control.portal().store.directory;
    main.pipelines = main.pipelines.map((p) => (p.id === 3102 ? { ...p, is_unsorted_on: false } : p));
    for (const pipeline_id of [1, 3102]) {
      expect(errorsOf(await open.amo.post(SIP, [sip({ pipeline_id })]))).toEqual(['0: NotSupportedChoice pipeline_id']);
    }
  });

  it('refuses a claim that is identical to a waiting one, also within one request; uniq tells claims apart', async () => {
    const claim = await createClaim();
    expect((await open.amo.post(SIP, [sip()])).status).toBe(400);
    const twins = [sip({ source_uid: 'b' }), sip({ source_uid: 'b' })];
    expect(errorsOf(await open.amo.post(SIP, twins))).toEqual(['1: AlreadyExists source_uid']);
    await createClaim(sip({ metadata: metadata({ uniq: 'call-2' }) }));
    expect(await listed()).toHaveLength(2);
    await open.amo.delete(`${LIST}/${claim.uid}/decline`);
    await createClaim();
    expect(await listed()).toHaveLength(2);
  });

  it('§12.1 equal source_uid alone is refused by switch', async () => {
    await createClaim();
    open.emulator.control.portal().settings.unsortedDuplicate = 'source_uid';
    const other = sip({ metadata: metadata({ uniq: 'call-2', phone: '70000000000' }) });
    expect(errorsOf(await open.amo.post(SIP, [other]))).toEqual(['0: AlreadyExists source_uid']);
  });
});

describe('§5.3 POST /leads/unsorted/forms', () => {
  const form = {
    source_uid: 'form-1',
    source_name: 'Исходящий звонок',
    metadata: { form_id: 'f', form_name: 'Звонок', form_page: 'x', ip: '', form_sent_at: 1767225600, referer: '' },
  };

  it('stores a form with its own metadata and requires it', async () => {
    expect((await open.amo.post('/api/v4/leads/unsorted/forms', [form])).status).toBe(200);
    expect((await listed())[0]).toMatchObject({ category: 'forms', metadata: { form_name: 'Звонок' } });
    const reply = await open.amo.post('/api/v4/leads/unsorted/forms', [{ ...form, metadata: {} }]);
    expect(errorsOf(reply)).toContain('0: FieldMissing metadata.form_id');
  });
});

describe('§5.1 reads', () => {
  it('filters by uid, category and pipeline, orders by creation, and has no filter by source_uid', async () => {
    const first = await createClaim();
    open.clock.advance(2000);
    const second = await createClaim(sip({ source_uid: 'source-2', pipeline_id: 3102 }));
    const uids = async (search: string) => (await listed(search)).map((claim) => claim.uid);
    expect(await uids('?order[created_at]=desc')).toEqual([second.uid, first.uid]);
    expect(await uids(`?filter[uid]=${first.uid}`)).toEqual([first.uid]);
    expect(await uids('?filter[category][]=forms')).toEqual([]);
    expect(await uids('?filter[pipeline_id]=3102')).toEqual([second.uid]);
    expect(await uids('?filter[source_uid]=source-1')).toHaveLength(2);
  });

  it('gives the metadata back without is_call_event_needed and with the duration as a string', async () => {
    const claim = await createClaim();
    const { metadata: shown } = (await open.amo.get(`${LIST}/${claim.uid}`)).json<Claim>();
    expect(shown).toMatchObject({ uniq: 'call-1', phone: '79161234567', duration: '0' });
    expect(shown).not.toHaveProperty('is_call_event_needed');
    expect((await open.amo.get(`${LIST}/unknown`)).status).toBe(404);
  });

  it('summarises by outcome and category', async () => {
    const claim = await createClaim();
    await createClaim(sip({ source_uid: 'source-2' }));
    await open.amo.post(`${LIST}/${claim.uid}/accept`, {});
    const summary = (await open.amo.get(`${LIST}/summary`)).json();
    expect(summary).toMatchObject({ total: 2, accepted: 1, declined: 0, categories: { sip: { total: 2 } } });
  });
});

describe('§5.3 accept and decline', () => {
  it('accepting moves the lead to a stage, shows the contact and takes the claim away', async () => {
    const claim = await createClaim();
    const reply = await open.amo.post(`${LIST}/${claim.uid}/accept`, { user_id: 102, status_id: 31012 });
    expect(reply.json()).toMatchObject({ uid: claim.uid, category: 'sip', pipeline_id: 3101 });
    const lead = (await open.amo.get(`/api/v4/leads/${claim._embedded.leads[0]?.id}`)).json();
    expect(lead).toMatchObject({ status_id: 31012, responsible_user_id: 102, name: 'Звонок от 79161234567' });
    expect((await open.amo.get('/api/v4/contacts?query=9161234567')).status).toBe(200);
    expect((await open.amo.get(`${LIST}/${claim.uid}`)).status).toBe(404);
    expect((await open.amo.post(`${LIST}/${claim.uid}/accept`, {})).status).toBe(404);
  });

  it('bumps the contact on acceptance, or not, by switch', async () => {
    const touched = async () => {
      const claim = await createClaim();
      const path = `/api/v4/contacts/${claim._embedded.contacts[0]?.id}`;
      const before = (await open.amo.get(path)).json<{ updated_at: number }>().updated_at;
      open.clock.advance(5000);
      await open.amo.post(`${LIST}/${claim.uid}/accept`);
      return (await open.amo.get(path)).json<{ updated_at: number }>().updated_at - before;
    };
    expect(await touched()).toBe(5);
    open.emulator.control.portal().settings.acceptTouchesContact = false;
    expect(await touched()).toBe(0);
  });

  it('refuses «Неразобранное» and deactivated users on acceptance', async () => {
    const claim = await createClaim();
    const reply = await open.amo.post(`${LIST}/${claim.uid}/accept`, { user_id: 104, status_id: 31010 });
    expect(errorsOf(reply)).toEqual(['0: NotSupportedChoice user_id', '0: NotSupportedChoice status_id']);
  });

  it('declining sends lead and contact to the trash', async () => {
    const claim = await createClaim();
    expect((await open.amo.delete(`${LIST}/${claim.uid}/decline`, {})).status).toBe(200);
    expect((await open.amo.get(`/api/v4/leads/${claim._embedded.leads[0]?.id}`)).status).toBe(204);
    expect((await open.amo.get(`/api/v4/contacts/${claim._embedded.contacts[0]?.id}`)).status).toBe(204);
    expect(
      (await open.amo.get('/api/v4/leads?with=only_deleted')).json<Page<unknown>>()._embedded['leads'],
    ).toHaveLength(1);
  });
});

describe('§5.3 claims of mail and chats come in by themselves and can be linked', () => {
  const receive = async (category: 'mail' | 'chats') => {
    const contacts = [{ name: 'Собеседник' }];
    const claim = {
      category,
      source_uid: category,
      source_name: 'Чат',
      metadata: { from: 'a' },
      _embedded: { contacts },
    };
    const reply = await open.amo.post('/_emulator/portal/claims', claim);
    const made = reply.json<Page<Claim>>()._embedded['unsorted']?.[0];
    if (made === undefined) throw new Error(reply.text);
    return made;
  };
  const link = (uid: string, entity_id: number, metadata?: Record<string, unknown>) =>
    open.amo.post(`${LIST}/${uid}/link`, { link: { entity_id, entity_type: 'leads', metadata } });

  it('lists them by category; a chat goes to a lead with its contact, and answers 404 from then on', async () => {
    const chat = await receive('chats');
    await receive('mail');
    expect((await listed('?filter[category][]=chats')).map(({ uid }) => uid)).toEqual([chat.uid]);
    const lead = await open.amo.create('/api/v4/leads', { name: 'Сделка' });
    const reply = await link(chat.uid, lead);
    expect([reply.status, reply.json()]).toMatchObject([
      200,
      { uid: chat.uid, category: 'chats', _embedded: { leads: [{ id: lead }] } },
    ]);
    const contact = chat._embedded.contacts[0]?.id;
    expect((await open.amo.get(`/api/v4/leads/${lead}?with=contacts`)).json()).toMatchObject({
      _embedded: { contacts: [{ id: contact }] },
    });
    expect((await open.amo.get(`/api/v4/contacts/${contact}`)).json()).toMatchObject({ is_unsorted: false });
    expect((await open.amo.get(`/api/v4/leads/${chat._embedded.leads[0]?.id}`)).status).toBe(204);
    expect((await link(chat.uid, lead)).status).toBe(404);
  });

  it('joins the contact that is named', async () => {
    const [chat, known] = [await receive('chats'), await open.amo.create('/api/v4/contacts', { name: 'Известный' })];
    const lead = await open.amo.create('/api/v4/leads', { _embedded: { contacts: [{ id: known }] } });
    expect((await link(chat.uid, lead, { contact_id: known })).status).toBe(200);
    expect((await open.amo.get(`/api/v4/leads/${lead}?with=contacts`)).json()).toMatchObject({
      _embedded: { contacts: [{ id: known, is_main: true }] },
    });
  });

  it('refuses calls, mail unless by switch, and leads that are not there', async () => {
    const [call, mail] = [await createClaim(), await receive('mail')];
    const lead = await open.amo.create('/api/v4/leads', {});
    expect([(await link(call.uid, lead)).status, (await link(mail.uid, lead)).status]).toEqual([400, 400]);
    open.emulator.control.portal().settings.linkableClaims = 'chats_and_mail';
    expect(errorsOf(await link(mail.uid, 1))).toEqual(['0: NotSupportedChoice link.entity_id']);
    expect((await link(mail.uid, lead)).status).toBe(200);
  });
});
