import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errorsOf, type Page } from '../testing/caller.js';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';
import { Receiver } from '../testing/receiver.js';

const HOOKS = '/api/v4/webhooks';
const MINUTE_MS = 60_000;

let open: OpenEmulator;
let receiver: Receiver;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(async () => {
  open.emulator.control.reset();
  receiver = await Receiver.open();
});
afterEach(() => receiver.close());

const portal = () => open.emulator.control.portal();
const subscribe = (...settings: string[]) => open.amo.post(HOOKS, { destination: `${receiver.url}/hook`, settings });
const lead = (more: Record<string, unknown> = {}) => open.amo.create('/api/v4/leads', { name: 'Сделка', ...more });
/** Takes the next hook, answers it and gives its fields. */
const nextHook = async (status = 200) => {
  const hook = await receiver.next();
  hook.answer(status);
  return new URLSearchParams(hook.body);
};
/** Until the delivery has so many attempts behind it, whose results are then known. */
const attempted = async (index: number, attempts: number) => {
  for (;;) {
    const delivery = portal().webhooks.deliveries()[index];
    if (delivery !== undefined && delivery.attempts.length >= attempts) return delivery;
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const attemptedInAll = async (attempts: number) => {
  const made = () =>
    portal()
      .webhooks.deliveries()
      .reduce((sum, delivery) => sum + delivery.attempts.length, 0);
  while (made() < attempts) await new Promise((resolve) => setImmediate(resolve));
};

describe('§9.1 subscriptions', () => {
  it('answers 201, gives an equal destination new settings, lists and removes', async () => {
    const first = await subscribe('add_lead');
    expect([first.status, first.json()]).toMatchObject([
      201,
      { destination: `${receiver.url}/hook`, settings: ['add_lead'], disabled: false, created_by: 101 },
    ]);
    expect((await subscribe('note_contact')).json()).toMatchObject({ id: first.json<{ id: number }>().id });
    const listed = (await open.amo.get(HOOKS)).json<Page<{ settings: string[] }>>();
    expect([listed._total_items, listed._embedded['webhooks']?.[0]?.settings]).toEqual([1, ['note_contact']]);
    expect((await open.amo.get(`${HOOKS}?filter[destination]=https://other.example`)).status).toBe(204);
    const remove = () => open.amo.delete(HOOKS, { destination: `${receiver.url}/hook` });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 404]);
  });

  it('refuses Cyrillic domains, unknown events, more than 100, ordinary users and poor tariffs', async () => {
    const post = (body: unknown, amo = open.amo) => amo.post(HOOKS, body);
    const settings = ['add_lead'];
    expect(errorsOf(await post({}))).toEqual(['0: FieldMissing destination', '0: FieldMissing settings']);
    expect((await post({ destination: 'https://пример.рф/', settings })).status).toBe(422);
    expect((await subscribe('add_call')).status).toBe(422);
    expect((await subscribe('add_unsorted')).status).toBe(422);
    for (let i = 0; i < 100; i++) await post({ destination: `https://a.example/${i}`, settings });
    expect((await post({ destination: 'https://a.example/100', settings })).status).toBe(422);
    expect((await post({ destination: 'https://a.example/99', settings })).status).toBe(201);
    portal().addToken({ id: 'petr', secret: 'petr', integrationId: 'i', userId: 102 });
    expect((await open.amo.as('petr').get(HOOKS)).status).toBe(403);
    portal().settings.webhooksInTariff = false;
    expect((await open.amo.get(HOOKS)).status).toBe(403);
  });
});

describe('§9.2 payload', () => {
  it('is an unsigned form with nested keys and text values, in the old field names, with the account', async () => {
    await subscribe('status_lead');
    const id = await lead({ price: 5 });
    await open.amo.patch('/api/v4/leads', [{ id, status_id: 142, pipeline_id: 3101 }]);
    const hook = await receiver.next();
    hook.answer(200);
    const form = Object.fromEntries(new URLSearchParams(hook.body));
    expect(hook.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    expect(Object.keys(hook.headers).filter((name) => /sign/i.test(name))).toEqual([]);
    expect(form).toMatchObject({
      'leads[status][0][id]': String(id),
      'leads[status][0][status_id]': '142',
      'leads[status][0][old_status_id]': '31011',
      'leads[status][0][pipeline_id]': '3101',
      'leads[status][0][price]': '5',
      'leads[status][0][modified_user_id]': '101',
      'account[id]': '30000001',
      'account[subdomain]': 'demo',
      'account[_links][self]': open.emulator.url,
    });
  });

  it('tells contacts and companies under one key, apart by type, with phones and linked leads', async () => {
    await subscribe('add_company', 'update_contact', 'delete_contact');
    const phones = { field_code: 'PHONE', values: [{ value: '+79161234567', enum_code: 'MOB' }] };
    await open.amo.create('/api/v4/companies', { name: 'Ромашка', custom_fields_values: [phones] });
    const company = await nextHook();
    expect(company.get('contacts[add][0][type]')).toBe('company');
    expect(company.get('contacts[add][0][custom_fields][0][code]')).toBe('PHONE');
    expect(company.get('contacts[add][0][custom_fields][0][values][0][value]')).toBe('+79161234567');

    const contact = await open.amo.create('/api/v4/contacts', { name: 'К' });
    const linked = await lead({ _embedded: { contacts: [{ id: contact }] } });
    await open.amo.patch(`/api/v4/contacts/${contact}`, { name: 'Клиент' });
    const update = await nextHook();
    expect(update.get('contacts[update][0][type]')).toBe('contact');
    expect(update.get(`contacts[update][0][linked_leads_id][${linked}][ID]`)).toBe(String(linked));
  });

  it('tells calls as notes with a JSON text, and tasks with a formatted date', async () => {
    await subscribe('note_contact', 'add_task');
    const contact = await open.amo.create('/api/v4/contacts', { name: 'К' });
    const params = { uniq: 'u', duration: 1, source: 'АТС', phone: '+79161234567', link: 'https://a/1' };
    await open.amo.post('/api/v4/contacts/notes', [{ entity_id: contact, note_type: 'call_in', params }]);
    const note = await nextHook();
    expect(note.get('contacts[note][0][note][note_type]')).toBe('10');
    expect(JSON.parse(note.get('contacts[note][0][note][text]') ?? '')).toMatchObject({ link: 'https://a/1' });
    const task = { text: 'т', complete_till: 1767225600, entity_id: contact, entity_type: 'contacts' };
    await open.amo.create('/api/v4/tasks', task);
    const told = await nextHook();
    expect([told.get('task[add][0][complete_till]'), told.get('task[add][0][element_type]')]).toEqual([
      '2026-01-01 00:00:00',
      '1',
    ]);
  });

  it('tells a claim only by switch, and its lead once it is accepted', async () => {
    portal().settings.unsortedHooks = true;
    portal().settings.unsortedMetadata = 'lenient';
    await subscribe('add_lead', 'delete_unsorted');
    const claim = { source_uid: 's', source_name: 'АТС' };
    const made = (await open.amo.post('/api/v4/leads/unsorted/sip', [claim])).json<Page<{ uid: string }>>();
    await open.amo.post(`/api/v4/leads/unsorted/${made._embedded['unsorted']?.[0]?.uid}/accept`, {});
    const hooks = [await nextHook(), await nextHook()];
    const told = hooks.map((hook) => [hook.has('leads[add][0][id]'), hook.get('unsorted[delete][0][action]')]);
    expect(told).toEqual(
      expect.arrayContaining([
        [true, null],
        [false, 'accept'],
      ]),
    );
  });
});

describe('§9.3 delivery', () => {
  it.each([
    { status: 404, attempts: 3 },
    { status: 500, attempts: 5 },
    { status: 301, attempts: 3 },
  ])('tries $attempts times at a lasting $status: after 5, 15, 15 minutes and 1 hour', async ({ status, attempts }) => {
    await subscribe('add_lead');
    await lead();
    for (const [index, minutes] of [0, 5, 15, 15, 60].slice(0, attempts).entries()) {
      open.clock.advance(minutes * MINUTE_MS);
      await nextHook(status);
      expect((await attempted(0, index + 1)).attempts.at(-1)).toEqual({ atMs: open.clock.nowMs(), result: status });
    }
    open.clock.advance(100 * MINUTE_MS);
    expect(portal().webhooks.deliveries()).toMatchObject([{ state: 'given_up' }]);
    expect(receiver.received).toHaveLength(attempts);
  });

  it.each([
    { code: 0 as const, attempts: 3 },
    { code: 499 as const, attempts: 5 },
  ])('takes silence of 2 s for code $code by switch: $attempts attempts', async ({ code, attempts }) => {
    portal().settings.webhookTimeoutCode = code;
    await subscribe('add_lead');
    await lead();
    for (const [index, minutes] of [0, 5, 15, 15, 60].slice(0, attempts).entries()) {
      open.clock.advance(minutes * MINUTE_MS);
      await receiver.next();
      open.clock.advance(2000);
      expect((await attempted(0, index + 1)).attempts.at(-1)?.result).toBe('timeout');
    }
    expect(portal().webhooks.deliveries()).toMatchObject([{ state: 'given_up' }]);
  });

  it('delivers by a second attempt, and stops trying for whoever unsubscribed', async () => {
    await subscribe('add_lead');
    await lead();
    await nextHook(503);
    await attempted(0, 1);
    open.clock.advance(5 * MINUTE_MS);
    await nextHook();
    expect((await attempted(0, 2)).state).toBe('delivered');

    await lead();
    await nextHook(503);
    await attempted(1, 1);
    await open.amo.delete(HOOKS, { destination: `${receiver.url}/hook` });
    open.clock.advance(5 * MINUTE_MS);
    expect(portal().webhooks.deliveries()[1]).toMatchObject({ state: 'given_up' });
  });

  it('disables a subscriber after more than 100 invalid answers within 2 hours, until it is enabled by hand', async () => {
    await subscribe('add_lead');
    const disabled = () => portal().webhooks.subscriptions()[0]?.disabled;
    await open.amo.post('/api/v4/leads', Array(101).fill({ name: 'С' }));
    for (let i = 0; i < 100; i++) await nextHook(404);
    await attemptedInAll(100);
    expect(disabled()).toBe(false);
    await nextHook(404);
    await attemptedInAll(101);
    expect(disabled()).toBe(true);
    await lead();
    expect(portal().webhooks.deliveries()).toHaveLength(101);
    await open.amo.post('/_emulator/webhooks/enable', { destination: `${receiver.url}/hook` });
    await lead();
    expect((await nextHook()).has('leads[add][0][id]')).toBe(true);
  });
});

describe('§12 faults of webhooks', () => {
  const fault = (kind: string) => open.amo.post('/_emulator/faults', { kind, path: '/add_lead' });

  it('drops, duplicates and sends out of order', async () => {
    await subscribe('add_lead');
    await fault('webhook_dropped');
    await lead();
    await fault('webhook_duplicated');
    const twice = await lead();
    const told = async () => Number((await nextHook()).get('leads[add][0][id]'));
    expect([await told(), await told()]).toEqual([twice, twice]);
    await fault('webhook_held_back');
    const [held, next] = [await lead(), await lead()];
    expect([await told(), await told()]).toEqual([next, held]);
    const { deliveries } = (await open.amo.get('/_emulator/webhooks')).json<{ deliveries: { state: string }[] }>();
    expect(deliveries[0]?.state).toBe('dropped');
  });
});
