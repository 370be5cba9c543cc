import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmulator, type OpenEmulator } from '../testing/open-emulator.js';

let open: OpenEmulator;
beforeAll(async () => {
  open = await openEmulator();
});
afterAll(() => open.emulator.stop());
beforeEach(() => open.emulator.control.reset());

const report = () => open.emulator.control.report();
const phone = (value: string) => [{ field_code: 'PHONE', values: [{ value }] }];
const call = (uniq: string, more: Record<string, unknown> = {}) => ({
  note_type: 'call_in',
  params: { uniq, duration: 60, source: 'АТС', phone: '+79161234567' },
  ...more,
});
/** A contact and where its notes go. */
const card = async () => {
  const id = await open.amo.create('/api/v4/contacts', { name: 'К' });
  return { id, notes: `/api/v4/contacts/${id}/notes` };
};

describe('invariant report', () => {
  it('is clean after a clean run', async () => {
    const { id, notes } = await card();
    for (const uniq of ['a', 'b']) await open.amo.post(notes, [call(uniq)]);
    await open.amo.create('/api/v4/leads', { _embedded: { contacts: [{ id }] } });
    await open.amo.create('/api/v4/tasks', { text: 'т', complete_till: 5, entity_id: id, entity_type: 'contacts' });
    expect(report()).toEqual({
      duplicates: { noteUniq: [], unsorted: [], apiOnlyFields: [], contactPhones: [], tasks: [] },
      blindResends: [],
      overLimitWindows: [],
      requestsDuringBlock: [],
      overlappingWriters: [],
      outOfOrder: [],
      requestsWhileBlocked: 0,
      unknownFields: [],
      requests: 5,
      requestsDropped: 0,
    });
  });

  it('tells every finding in words, with its cases', async () => {
    const { notes } = await card();
    for (let i = 0; i < 2; i++) await open.amo.post(notes, [call('twice')]);
    const [resend] = report().blindResends;
    const { findings } = (await open.amo.get('/_emulator/report')).json<{
      findings: { kind: string; title: string; explanation: string; cases: string[] }[];
    }>();
    expect(findings.every(({ title, explanation }) => title !== '' && explanation !== '')).toBe(true);
    const found = findings.filter(({ cases }) => cases.length > 0);
    expect(found.map(({ kind, cases }) => [kind, cases])).toEqual([
      ['duplicates', ['примечание с uniq twice: 90001, 90002']],
      ['blind_resends', [`№${resend?.firstSeq} и №${resend?.secondSeq}: note:twice`]],
    ]);
  });
});

describe('duplicates', () => {
  it('finds two notes of one uniq, two claims of one call and two contacts of one phone, however it is spelled', async () => {
    const { notes } = await card();
    for (let i = 0; i < 2; i++) await open.amo.post(notes, [call('twice')]);
    for (const value of ['+79161234567', '8 (916) 123-45-67']) {
      await open.amo.post('/api/v4/contacts', [{ custom_fields_values: phone(value) }]);
    }
    open.emulator.control.portal().settings.unsortedMetadata = 'lenient';
    for (const called_at of [1, 2]) {
      const claim = { source_uid: 's', source_name: 'АТС', metadata: { uniq: 'u', called_at } };
      await open.amo.post('/api/v4/leads/unsorted/sip', [claim]);
    }
    expect(report().duplicates).toMatchObject({
      noteUniq: [{ marker: 'twice', count: 2 }],
      contactPhones: [{ marker: '9161234567', count: 2 }],
      unsorted: [{ marker: '["s","u"]', count: 2 }],
    });
  });

  it('finds duplicates by API-only field and by task, and not those in the trash or of other values', async () => {
    const field = await open.amo.create('/api/v4/leads/custom_fields', {
      type: 'text',
      name: 'Ключ',
      code: 'KEY',
      is_api_only: true,
    });
    const lead = (value: string) => ({ custom_fields_values: [{ field_id: field, values: [{ value }] }] });
    await open.amo.post('/api/v4/leads', [lead('a'), lead('a'), lead('b')]);
    const task = { text: 'т', complete_till: 5 };
    await open.amo.post('/api/v4/tasks', [task, task, { ...task, text: 'другая' }]);
    expect(report().duplicates).toMatchObject({
      apiOnlyFields: [{ marker: `leads:${field}:a`, count: 2 }],
      tasks: [{ count: 2 }],
    });
  });
});

describe('blind resends', () => {
  it('finds a second POST after a lost answer without a look in between, and accepts one with a look', async () => {
    const contact = await open.amo.create('/api/v4/contacts', {});
    const path = `/api/v4/contacts/${contact}/notes`;
    const lose = () => open.emulator.control.faults.add({ kind: 'lose_answer_after_commit' });
    lose();
    await expect(open.amo.post(path, [call('looked')])).rejects.toThrow();
    await open.amo.get(path);
    await open.amo.post(path, [call('looked')]);
    expect(report().blindResends).toEqual([]);

    lose();
    await expect(open.amo.post(path, [call('blind')])).rejects.toThrow();
    await open.amo.get('/api/v4/leads/unsorted');
    await open.amo.post(path, [call('blind')]);
    expect(report().blindResends).toMatchObject([{ marker: 'note:blind' }]);
  });

  const cardWith = { custom_fields_values: phone('+79161234567') };
  const uniq = { source_uid: 's', source_name: 'АТС', metadata: { uniq: 'u', called_at: 1 } };
  it.each([
    ['contact', '/api/v4/contacts', [cardWith], 'contacts?query=9161234567', 'contacts?order[id]=desc'],
    ['company', '/api/v4/companies', [cardWith], 'companies?query=9161234567', 'companies?order[id]=desc'],
    [
      'contact with its lead',
      '/api/v4/leads/complex',
      [{ _embedded: { contacts: [cardWith] } }],
      'contacts?query=9161234567',
      'leads?order[id]=desc',
    ],
    ['task', '/api/v4/tasks', [{ text: 'т', complete_till: 5 }], 'tasks', 'tasks?order[id]=desc'],
    ['claim', '/api/v4/leads/unsorted/sip', [uniq], 'leads?order[id]=desc', 'leads/unsorted'],
    ['note', '/api/v4/contacts/notes', [call('n', { entity_id: 1 })], 'leads/notes', 'contacts/notes'],
  ])('takes no search and no other list for a look: %s', async (_, path, items, noLook, look) => {
    open.emulator.control.portal().settings.unsortedMetadata = 'lenient';
    const sendTwiceWith = async (between: string): Promise<void> => {
      open.emulator.control.faults.add({ kind: 'http_error', status: 500, applied: false });
      expect((await open.amo.post(path, items)).status).toBe(500);
      await open.amo.get(`/api/v4/${between}`);
      await open.amo.post(path, items);
    };
    await sendTwiceWith(noLook);
    const planted = report().blindResends.length;
    expect(planted).toBe(1);
    await open.amo.get(`/api/v4/${look}`);
    await sendTwiceWith(look);
    expect(report().blindResends).toHaveLength(planted);
  });

  it('takes no search for a look at a lead, which its API-only field marks', async () => {
    const field = { type: 'text', name: 'Ключ', code: 'KEY', is_api_only: true };
    const field_id = await open.amo.create('/api/v4/leads/custom_fields', field);
    const lead = [{ custom_fields_values: [{ field_id, values: [{ value: 'a' }] }] }];
    open.emulator.control.faults.add({ kind: 'http_error', status: 500, applied: false });
    await open.amo.post('/api/v4/leads', lead);
    await open.amo.get('/api/v4/leads?query=a');
    await open.amo.post('/api/v4/leads', lead);
    expect(report().blindResends).toMatchObject([{ marker: `field:${field_id}:a` }]);
  });

  it('lets what was made for certain and is gone be made again after a search', async () => {
    await open.amo.post('/api/v4/contacts', [cardWith]);
    await open.amo.get('/api/v4/contacts?query=9161234567');
    await open.amo.post('/api/v4/contacts', [cardWith]);
    expect(report().blindResends).toEqual([]);
  });

  it('takes two alike tasks of one second for a resend only if their sender knows them as one', async () => {
    const task = (request_id: string) => [{ text: 'Перезвонить', complete_till: 5, request_id }];
    for (const id of ['task-1', 'task-2']) await open.amo.post('/api/v4/tasks', task(id));
    expect(report().blindResends).toEqual([]);
    // Its own again; and a place in a batch tells nothing.
    await open.amo.post('/api/v4/tasks', task('task-2'));
    for (const id of ['0', '1']) await open.amo.post('/api/v4/tasks', task(id));
    expect(report().blindResends).toHaveLength(2);
  });

  it('does not take two claims of one caller for a resend', async () => {
    open.emulator.control.portal().settings.unsortedMetadata = 'lenient';
    const claim = (source_uid: string) => ({
      source_uid,
      source_name: 'АТС',
      metadata: { uniq: source_uid, phone: '79161234567' },
      _embedded: { contacts: [{ custom_fields_values: phone('79161234567') }] },
    });
    for (const uid of ['a', 'b']) await open.amo.post('/api/v4/leads/unsorted/sip', [claim(uid)]);
    expect(report()).toMatchObject({ blindResends: [], duplicates: { unsorted: [], contactPhones: [] } });
  });

  it('does not count a POST after a definite refusal as blind', async () => {
    const contact = await open.amo.create('/api/v4/contacts', {});
    const path = `/api/v4/contacts/${contact}/notes`;
    open.emulator.control.faults.add({ kind: 'rate_limit_burst' });
    expect((await open.amo.post(path, [call('c')])).status).toBe(429);
    expect((await open.amo.post(path, [call('c')])).status).toBe(200);
    expect(report().blindResends).toEqual([]);
  });
});

describe('limit windows', () => {
  it('finds seconds over the limit of an integration, also when the limiter let them pass', async () => {
    for (let i = 0; i < 8; i++) await open.amo.get('/api/v4/account');
    open.emulator.control.portal().settings.requestsPerSecond = 7;
    expect(report().overLimitWindows).toMatchObject([{ integrationId: 'integration-1', requests: 8 }]);
  });

  it('slides: 7 at the end of one second and 1 at the start of the next are 8 in a second', async () => {
    open.emulator.control.portal().settings.requestsPerSecond = 7;
    open.clock.advance(900);
    for (let i = 0; i < 7; i++) await open.amo.get('/api/v4/account');
    open.clock.advance(200);
    await open.amo.get('/api/v4/account');
    expect(report().overLimitWindows).toMatchObject([{ requests: 8 }]);
    open.clock.advance(1000);
    await open.amo.get('/api/v4/account');
    expect(report().overLimitWindows).toHaveLength(1);
  });

  it("finds seconds over the account's limit that no integration alone has broken", async () => {
    const other = { id: 'token-2', secret: 'other', userId: 101, integrationId: 'integration-2' };
    await open.amo.post('/_emulator/portal/tokens', other);
    const { settings } = open.emulator.control.portal();
    for (let i = 0; i < 2; i++)
      await Promise.all([open.amo.get('/api/v4/account'), open.amo.as('other').get('/api/v4/account')]);
    Object.assign(settings, { requestsPerSecond: 2, accountRequestsPerSecond: 3 });
    expect(report().overLimitWindows).toMatchObject([{ integrationId: null, requests: 4 }]);
  });
});

describe('requests during a block', () => {
  const ask = () => open.amo.get('/api/v4/account');
  const early = () => report().requestsDuringBlock.map(({ afterMs, allowedAfterMs }) => [afterMs, allowedAfterMs]);
  const MINUTE = 60_000;

  it('finds a caller that was told of the block and asks again before its probe, and lets the probes pass', async () => {
    await open.amo.post('/_emulator/block');
    await ask();
    open.clock.advance(5 * MINUTE);
    await ask();
    open.clock.advance(10 * MINUTE);
    await ask();
    expect(early()).toEqual([[5 * MINUTE, 15 * MINUTE]]);
    open.clock.advance(29 * MINUTE);
    await ask();
    open.clock.advance(1 * MINUTE);
    await ask();
    expect(early()).toEqual([
      [5 * MINUTE, 15 * MINUTE],
      [29 * MINUTE, 30 * MINUTE],
    ]);
    expect(report().requestsWhileBlocked).toBe(5);
  });

  it('starts anew with the next block', async () => {
    for (let i = 0; i < 2; i++) {
      await open.amo.post('/_emulator/block');
      await ask();
      await open.amo.post('/_emulator/unblock');
      await ask();
    }
    expect(early()).toEqual([]);
  });
});

describe('overlapping writers', () => {
  /** Sends a write that is under way until the returned function lets its answer go. */
  async function begin(send: () => Promise<unknown>): Promise<() => Promise<void>> {
    const { control } = open.emulator;
    const before = control.requests().length;
    control.faults.add({ kind: 'hold_answer', ms: 1000 });
    const answer = send();
    while (control.requests()[before]?.fault?.kind !== 'hold_answer') await new Promise(setImmediate);
    open.clock.advance(1);
    return async () => {
      open.clock.advance(1000);
      await answer;
    };
  }
  const secondHolder = async () => {
    const token = { id: 'token-2', secret: 'other', userId: 101, integrationId: 'integration-1' };
    await open.amo.post('/_emulator/portal/tokens', token);
    return open.amo.as('other');
  };
  const found = () => report().overlappingWriters.map(({ why, what }) => [why, what]);

  it('finds two tokens that write to one account at the same time', async () => {
    const [{ notes }, other] = [await card(), await secondHolder()];
    const end = await begin(() => open.amo.post(notes, [call('a')]));
    await other.post(notes, [call('b')]);
    await end();
    await open.amo.post(notes, [call('c')]);
    expect(found()).toEqual([['two_tokens', 'token-1, token-2']]);
  });

  it('lets a token be handed over while its last write is under way', async () => {
    const [{ notes }, other] = [await card(), await secondHolder()];
    const end = await begin(() => open.amo.post(notes, [call('a')]));
    await other.post(notes, [call('b')]);
    await end();
    expect(found()).toEqual([]);
  });

  it('finds two writes about one marker or one entity, and lets several about different things pass', async () => {
    const { id, notes } = await card();
    const endPost = await begin(() => open.amo.post(notes, [call('a')]));
    await open.amo.post(notes, [call('a')]);
    await open.amo.post(notes, [call('b')]);
    await endPost();
    const endPatch = await begin(() => open.amo.patch(`/api/v4/contacts/${id}`, { name: 'один' }));
    await open.amo.patch(`/api/v4/contacts/${id}`, { name: 'другой' });
    await endPatch();
    await open.amo.patch(`/api/v4/contacts/${id}`, { name: 'третий' });
    expect(found()).toEqual([
      ['same_thing', 'note:a'],
      ['same_thing', `/api/v4/contacts/${id}`],
    ]);
  });
});

describe('order of calls', () => {
  const at = (created_at: number) => ({ created_at });

  it('finds a call that was over before another began and was written down after it', async () => {
    const { id, notes } = await card();
    await open.amo.post(notes, [call('later', at(10_000))]);
    await open.amo.post(notes, [call('earlier', at(9_000))]);
    expect(report().outOfOrder).toEqual([{ card: `contacts/${id}`, firstNoteId: 90_001, secondNoteId: 90_002 }]);
  });

  it('lets calls that overlapped, and calls of different cards, come in any order', async () => {
    const [one, two] = [await card(), await card()];
    await open.amo.post(one.notes, [call('long', at(10_000))]);
    await open.amo.post(one.notes, [call('began earlier, ended later', at(9_950))]);
    await open.amo.post(two.notes, [call('of another', at(9_000))]);
    expect(report().outOfOrder).toEqual([]);
  });
});
