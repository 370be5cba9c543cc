import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Amo, parseIncomingWebhook, type OAuth } from '@shevernitskiy/amo';
import { parseQuery } from './http/query.js';
import { openEmulator, type OpenEmulator } from './testing/open-emulator.js';
import { Receiver } from './testing/receiver.js';
import { fetchTrustingTheFront, TlsFront } from './testing/tls-front.js';

/**
 * A client that somebody else wrote, from the vendor's pages and from use: what it does not understand, the emulator has
 * got wrong. Unchanged; it insists on https.
 */
const CLIENT = { client_id: 'client-1', client_secret: 'secret-1', redirect_uri: 'https://app.example/callback' };
const A_DAY_MS = 86_400_000;
/** Its error classes are lost where it was compiled to ES5: what they carry is left. */
const NO_CONTENT = '204 No Content';

const nodesFetch = globalThis.fetch;
let open: OpenEmulator;
let front: TlsFront;
let amo: Amo;

beforeAll(async () => {
  const { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri } = CLIENT;
  open = await openEmulator({ integrations: [{ clientId, clientSecret, redirectUri, name: 'Чужой клиент' }] });
  front = await TlsFront.open(open.emulator.url);
  globalThis.fetch = fetchTrustingTheFront;
});
afterAll(async () => {
  globalThis.fetch = nodesFetch;
  await front.close();
  await open.emulator.stop();
});
beforeEach(async () => {
  open.emulator.control.reset();
  const code = await newCode();
  amo = new Amo(front.host, { ...CLIENT, grant_type: 'authorization_code', code }, { request_delay: 0 });
});

async function newCode(): Promise<string> {
  const query = new URLSearchParams({ client_id: CLIENT.client_id, decision: 'allow', portal: 'demo', user: '101' });
  const page = await nodesFetch(`${open.emulator.url}/oauth?${query.toString()}`, { redirect: 'manual' });
  return new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

const phone = (value: string) => [{ field_code: 'PHONE', values: [{ value, enum_code: 'MOB' }] }];
/** The client's types ask for whole models where a part is enough. */
const part = <T>(value: unknown) => value as T;
type Body<M extends (...args: never[]) => unknown> = Parameters<M>[0];

describe('OAuth', () => {
  it('exchanges the code at its first request', async () => {
    expect(await amo.account.getAccount({ with: ['task_types'] })).toMatchObject({
      id: 30_000_001,
      current_user_id: 101,
      _embedded: { task_types: [{ id: 1 }, { id: 2 }] },
    });
    expect(amo.token).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 });
  });

  it('refreshes an expired token by itself, and is told when the refresh token was used already', async () => {
    await amo.account.getAccount();
    const expired = { ...CLIENT, ...(amo.token as OAuth), expires_at: Date.now() - A_DAY_MS };
    const fresh: OAuth[] = [];
    const options = { request_delay: 0, on_token: (token: OAuth) => void fresh.push(token) };
    expect(await new Amo(front.host, expired, options).account.getAccount()).toMatchObject({ id: 30_000_001 });
    expect(fresh).toMatchObject([{ refresh_token: expect.any(String) }]);
    expect(fresh[0]?.refresh_token).not.toBe(expired.refresh_token);
    await expect(new Amo(front.host, expired, options).account.getAccount()).rejects.toMatchObject({
      response: { status: 400, hint: 'Token has been revoked' },
    });
  });
});

describe('cards', () => {
  it('adds, changes, reads and lists contacts', async () => {
    const added = await amo.contact.addContacts(
      part([
        { name: 'Ольга', custom_fields_values: phone('+79161234567') },
        { name: 'Пётр', request_id: 'mine' },
      ]),
    );
    const [olga, petr] = added._embedded.contacts;
    expect([olga?.request_id, petr?.request_id]).toEqual(['0', 'mine']);
    const id = olga?.id ?? 0;
    await amo.contact.updateContactById(id, part({ _embedded: { tags: [{ name: 'звонок' }] } }));
    expect(await amo.contact.getContactById(id)).toMatchObject({
      name: 'Ольга',
      custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+79161234567', enum_code: 'MOB' }] }],
      _embedded: { tags: [{ name: 'звонок' }] },
    });
    const found = await amo.contact.getContacts({ query: '9161234567', with: ['leads'] });
    expect(found._embedded.contacts.map((contact) => contact.id)).toEqual([id]);
  });

  it('reads pages in the order asked until the one without a next', async () => {
    await amo.contact.addContacts(Array.from({ length: 5 }, (_, index) => ({ name: `К${index}` })));
    const names: string[] = [];
    for (let page = 1, hasNext = true; hasNext; page++) {
      const list = await amo.contact.getContacts({ page, limit: 2, order: { param: 'id', type: 'desc' } });
      names.push(...list._embedded.contacts.map((contact) => contact.name));
      hasNext = list._links.next !== undefined;
    }
    expect(names).toEqual(['К4', 'К3', 'К2', 'К1', 'К0']);
  });

  it('takes an empty list and a missing contact for "no content"', async () => {
    await expect(amo.contact.getContacts()).rejects.toThrow(NO_CONTENT);
    await expect(amo.contact.getContactById(1)).rejects.toThrow(NO_CONTENT);
  });

  it('knows a refusal by its exact content type and gives its validation errors', async () => {
    await expect(amo.contact.addContacts([{ responsible_user_id: 104 }])).rejects.toMatchObject({
      response: { 'status': 400, 'validation-errors': [{ request_id: '0', errors: [{ code: 'NotSupportedChoice' }] }] },
    });
  });

  it('adds leads, complex ones and links', async () => {
    const answer = await amo.lead.addComplex(
      part<Body<Amo['lead']['addComplex']>>([
        { name: 'Звонок', _embedded: { contacts: [{ name: 'К', custom_fields_values: phone('+79161234567') }] } },
      ]),
    );
    expect(answer).toMatchObject([{ request_id: ['0'], merged: false, company_id: null }]);
    const leads = await amo.lead.addLeads([{ name: 'Вторая', price: 100, pipeline_id: 3101, status_id: 31_012 }]);
    const second = leads._embedded.leads?.[0]?.id ?? 0;
    const contact = part<{ contact_id: number }[]>(answer)[0]?.contact_id ?? 0;
    await amo.link.addLinksByEntityId(second, 'leads', part([{ to_entity_id: contact, to_entity_type: 'contacts' }]));
    expect(await amo.lead.getLeadById(second, { with: ['contacts'] })).toMatchObject({
      price: 100,
      status_id: 31_012,
      _embedded: { contacts: [{ id: contact }] },
    });
    await amo.lead.updateLeads(part([{ id: second, status_id: 142, pipeline_id: 3101 }]));
    const newestFirst = await amo.lead.getLeads({ order: { param: 'id', type: 'desc' } });
    expect(newestFirst._embedded.leads.map((lead) => lead.status_id)).toEqual([142, 31_011]);
  });
});

describe('what hangs on a card', () => {
  let contact = 0;
  beforeEach(async () => {
    contact = (await amo.contact.addContacts([{ name: 'К' }]))._embedded.contacts[0]?.id ?? 0;
  });

  it('adds a call note, reads it back and completes it with its recording', async () => {
    const call = { uniq: 'call-1', duration: 74, source: 'АТС', phone: '+79161234567' };
    await amo.note.addNotes('contacts', part([{ entity_id: contact, note_type: 'call_in', params: call }]));
    const list = await amo.note.getNotesByEntityId(contact, 'contacts');
    expect(list._embedded.notes).toMatchObject([{ note_type: 'call_in', params: call }]);
    const id = list._embedded.notes[0]?.id ?? 0;
    const link = 'https://pbx.example/1';
    await amo.note.updateNoteById(id, 'contacts', part({ entity_id: contact, note_type: 'call_in', params: { link } }));
    expect(await amo.note.getNotesById(id, 'contacts')).toMatchObject({ params: { ...call, link } });
  });

  it('adds a task, finds it among the open ones and completes it', async () => {
    const task = { text: 'Перезвонить', complete_till: 1_800_000_000, entity_id: contact, entity_type: 'contacts' };
    const added = await amo.task.addTasks(part([task]));
    const open = await amo.task.getTasks({ filter: (filter) => filter.single('is_completed', 0) });
    expect(open._embedded.tasks).toMatchObject([task]);
    const id = added._embedded.tasks[0]?.id ?? 0;
    await amo.task.completeTaskById(id, { is_completed: true, result: { text: 'Готово' } });
    expect(await amo.task.getTaskById(id)).toMatchObject({ is_completed: true, result: { text: 'Готово' } });
  });
});

describe('«Неразобранное»', () => {
  const claim = (uniq: string) =>
    part<Body<Amo['unsorted']['addUnsortedSip']>[number]>({
      source_uid: uniq,
      source_name: 'АТС',
      metadata: {
        phone: '79161234567',
        call_responsible: 102,
        called_at: 1_767_225_600,
        duration: 43,
        link: '',
        service_code: 'pbx',
        is_call_event_needed: true,
        from: '',
        uniq,
      },
      _embedded: { contacts: [{ name: 'Новый', custom_fields_values: phone('+79161234567') }] },
    });

  it('adds claims, lists them, accepts one and declines the other', async () => {
    const added = await amo.unsorted.addUnsortedSip([claim('a'), claim('b')]);
    const [first, second] = added._embedded.unsorted.map(({ uid }) => uid);
    expect((await amo.unsorted.getUnsorted())._embedded.unsorted.map(({ source_uid }) => source_uid)).toEqual([
      'a',
      'b',
    ]);
    await expect(amo.contact.getContacts()).rejects.toThrow(NO_CONTENT);
    const accepted = await amo.unsorted.acceptUnsortedByUid(first ?? '', { user_id: 101, status_id: 31_012 });
    const lead = accepted._embedded.leads?.[0]?.id ?? 0;
    expect(await amo.lead.getLeadById(lead)).toMatchObject({ status_id: 31_012, responsible_user_id: 101 });
    await amo.unsorted.declineUnsortedByUid(second ?? '', { user_id: 101 });
    expect(await amo.unsorted.getUnsortedSummary()).toMatchObject({ total: 2, accepted: 1, declined: 1 });
    expect((await amo.contact.getContacts())._embedded.contacts).toMatchObject([{ name: 'Новый' }]);
  });
});

describe('calls and webhooks', () => {
  it('adds a call to the card that amoCRM chooses, and is refused without one', async () => {
    const call = part<Body<Amo['call']['addCalls']>[number]>({
      direction: 'inbound',
      duration: 43,
      source: 'АТС',
      phone: '89161234567',
      uniq: 'call-1',
    });
    await expect(amo.call.addCalls([call])).rejects.toThrow();
    const added = await amo.contact.addContacts(part([{ custom_fields_values: phone('+79161234567') }]));
    const contact = added._embedded.contacts[0]?.id;
    expect(await amo.call.addCalls([call])).toMatchObject({
      _embedded: { calls: [{ entity_id: contact, entity_type: 'contact' }] },
    });
  });

  it('subscribes to hooks and understands those that come', async () => {
    const receiver = await Receiver.open();
    try {
      const destination = `${receiver.url}/hook`;
      expect(await amo.webhook.addWebhook(part({ destination, settings: ['add_lead', 'note_lead'] }))).toMatchObject({
        destination,
        disabled: false,
      });
      const next = async () => {
        const hook = await receiver.next();
        hook.answer(200);
        return parseIncomingWebhook(parseQuery(hook.body));
      };
      const lead = (await amo.lead.addLeads([{ name: 'Сделка' }]))._embedded.leads?.[0]?.id ?? 0;
      const added = { id: String(lead), name: 'Сделка', status_id: '31011' };
      expect(await next()).toMatchObject(['leads', 'add', added]);
      await amo.note.addNotes(
        'leads',
        part([{ entity_id: lead, note_type: 'common', params: { text: 'Перезвонить' } }]),
      );
      const note = { element_id: String(lead), text: 'Перезвонить' };
      expect(await next()).toMatchObject(['leads', 'note', { note }]);
    } finally {
      await receiver.close();
    }
  });
});
