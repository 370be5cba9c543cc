import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { callIdOf } from '@perezvon/calls';
import { type CallEvent } from '@perezvon/contracts';
import { type MessageBatch } from '@perezvon/kafka';
import { createLogger } from '@perezvon/service';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';
import { decision, event, result, route, state } from '../testing/told-of-a-call.js';
import { decisionTold, eventTold, resultTold, routeTold, stateTold } from './journal-call.js';
import { JournalCleaner } from './journal-cleaner.js';
import { JournalStore } from './journal-store.js';
import { JournalConsumer } from './journal.consumer.js';
import { OverdueCalls } from './overdue-calls.js';

let api: TestApi;
let accountId: string;
let key: string;
let store: JournalStore;

beforeAll(async () => {
  api = await startTestApi();
  store = api.service.app.get(JournalStore);
});
afterAll(() => api.close());
beforeEach(async () => {
  ({ accountId, key } = await api.newAccount());
});

interface Line {
  readonly callId: string;
  readonly [field: string]: unknown;
}
const get = (path: string, language = 'ru'): Promise<Answer> =>
  api.request('GET', `/accounts/${accountId}${path}`, { key, headers: { 'accept-language': language } });
const search = async (query: Record<string, string> = {}): Promise<Line[]> => {
  const { body } = await get(`/calls?${new URLSearchParams(query).toString()}`);
  return (body as { items: Line[] }).items;
};
const mine = (more: Partial<CallEvent> = {}): Partial<CallEvent> => ({ account_id: accountId, ...more });

/** One missed call per number, a minute apart. */
const missed = async (...phones: readonly string[]): Promise<void> => {
  await store.tell(
    phones.flatMap((e164, index) =>
      eventTold(
        event('call.ended', index * 60, {
          ...mine({ call_id: `call-${e164}`, client: { raw: e164, e164, kind: 'e164' } }),
          outcome: 'missed',
        }),
      ),
    ),
  );
};

describe('the list of calls', () => {
  it('tells of each call what an operator looks for', async () => {
    await store.tell([
      ...eventTold(event('leg.answered', 11, mine({ employee: { ext: '102', name: 'Петрова' } }))),
      ...eventTold(event('call.ended', 71, mine({ outcome: 'answered', talk_sec: 60 }))),
      decisionTold(decision('end', 71, ['contact', 'note'], { accountId })),
      resultTold(result('contact', 'done', 72, { accountId })),
      resultTold(result('note', 'parked', 73, { accountId })),
    ]);
    expect(await search()).toMatchObject([
      {
        pbxCallId: '1002003004',
        direction: 'in',
        phone: '+79161234567',
        virtualNumber: '+74951112233',
        outcome: 'answered',
        talkSec: 60,
        employee: 'Петрова',
        cell: 'answeredUnknown',
        state: 'parked',
        effects: [
          { effect: 'contact', state: 'done', reason: null },
          { effect: 'note', state: 'parked', reason: 'validation_failed' },
        ],
      },
    ]);
  });

  it('an employee of whom the PBX tells the extension alone read as 102: the account’s own list has the name', async () => {
    const answered = event('leg.answered', 11, mine({ employee: { ext: '102' } }));
    await store.tell([...eventTold(answered), ...eventTold(event('call.ended', 71, mine({ outcome: 'answered' })))]);
    expect(await search()).toMatchObject([{ employee: '102' }]);

    const petrova = [{ ext: '102', name: 'Петрова', phones: [] }];
    await api.request('PUT', `/accounts/${accountId}/employees`, { key, body: petrova });
    const [line] = await search();
    expect(line).toMatchObject({ employee: 'Петрова' });
    const { body } = await get(`/calls/${String(line?.callId)}`);
    expect(JSON.stringify(body)).toContain(': Петрова');
  });

  it('is searched by phone in any spelling, period, direction, outcome and state', async () => {
    await missed('+79160000001', '+79160000002', '+79160000003');
    await store.tell([stateTold(state('awaiting_client', 0, { accountId, phone: '+79160000009', direction: 'out' }))]);
    const phones = async (query: Record<string, string>): Promise<unknown[]> =>
      (await search(query)).map((line) => line['phone']);
    expect(await phones({ phone: '8 (916) 000-00-02' })).toEqual(['+79160000002']);
    expect(await phones({ from: '2025-03-04T09:13:00Z', to: '2025-03-04T12:14:00+03:00' })).toEqual(['+79160000002']);
    expect(await phones({ outcome: 'missed' })).toHaveLength(3);
    expect(await phones({ direction: 'out', state: 'waiting' })).toEqual(['+79160000009']);
    expect(await phones({ outcome: 'answered' })).toEqual([]);
  });

  it('is counted by outcome, by hour and by what was made, for a period', async () => {
    await store.tell([
      ...eventTold(event('call.ended', 10, { ...mine(), outcome: 'answered' })),
      decisionTold(decision('end', 10, ['contact', 'note'], { accountId })),
      resultTold(result('contact', 'done', 12, { accountId })),
      resultTold(result('note', 'waiting', 12, { accountId })),
      ...eventTold(event('call.ended', 3_700, { ...mine({ call_id: 'an hour later' }), outcome: 'missed' })),
      ...eventTold(event('call.ended', 90_000, { ...mine({ call_id: 'the next day' }), outcome: 'missed' })),
    ]);
    const [from, to] = ['2025-03-04T09:12:00.000Z', '2025-03-05T09:12:00.000Z'];
    const { body } = await get(`/calls/totals?${new URLSearchParams({ from, to }).toString()}`);
    expect(body).toEqual({
      calls: 2,
      byOutcome: [
        { outcome: 'answered', count: 1 },
        { outcome: 'missed', count: 1 },
      ],
      byHour: [
        { hour: 0, byOutcome: [{ outcome: 'answered', count: 1 }] },
        { hour: 1, byOutcome: [{ outcome: 'missed', count: 1 }] },
      ],
      made: [{ effect: 'contact', count: 1 }],
    });
    const all = await get(`/calls/totals?${new URLSearchParams({ from }).toString()}`);
    expect(all.body).toMatchObject({ calls: 3 });
    expect((await get('/calls/totals')).status).toBe(422);
  });

  it('comes page by page, newest first, without a gap or a repetition', async () => {
    const all = Array.from({ length: 7 }, (_, index) => `+7916000000${index}`);
    await missed(...all);
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await get(`/calls?limit=3&cursor=${cursor}`);
      const page = body as { items: Line[]; nextCursor: string | null };
      seen.push(...page.items.map((line) => line['phone']));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(all.toReversed());
  });

  it.each(['from=yesterday', 'to=%2B275760-09-13', 'state=lost', 'outcome=x', 'limit=0', 'colour=red'])(
    'refuses %s in words',
    async (query) => {
      expect((await get(`/calls?${query}`)).status).toBe(422);
    },
  );

  it('shows a call with two ids once', async () => {
    await store.tell([
      ...eventTold(event('call.started', 0, mine())),
      ...eventTold(event('call.transferred', 20, mine({ call_id: 'second', linked_call_ids: ['1002003004'] }))),
      stateTold(state('talking', 11, { accountId })),
    ]);
    const [only, ...others] = await search();
    expect(others).toEqual([]);
    const story = await get(`/calls/${only?.callId}`, 'en');
    expect(story.text).toContain('The call was transferred');
  });

  it('told a foreign call’s story with its own, where the PBX had linked them (R15)', async () => {
    const client = { raw: '79031112233', e164: '+79031112233', kind: 'e164' } as const;
    await store.tell([
      ...eventTold(event('call.started', 0, mine({ linked_call_ids: ['foreign', '0'] }))),
      ...eventTold(event('leg.answered', 5, mine({ call_id: 'foreign', client, employee: { name: 'Сидоров' } }))),
    ]);
    const callId = callIdOf(event('call.started', 0, mine()), '1002003004');
    const story = (await get(`/calls/${callId}`, 'en')).text;
    expect(story).toContain('+79161234567');
    expect(story).not.toContain('Сидоров');
  });
});

describe('a call whose end is owed for more than a day', () => {
  const recently = new Date().toISOString();

  it('stayed «Идёт» in the list and in the search: its end is unknown, and its story says so', async () => {
    await store.tell([
      ...eventTold(event('call.started', 0, mine())),
      ...eventTold(event('call.started', 0, mine({ call_id: 'now', occurred_at: recently, received_at: recently }))),
    ]);
    expect((await search()).map((line) => line['state'])).toEqual(['in_progress', 'end_unknown']);
    const [line] = await search({ state: 'end_unknown' });
    const { lines } = (await get(`/calls/${String(line?.callId)}`)).body as { lines: unknown[] };
    expect(lines.at(-1)).toMatchObject({
      at: '2025-03-05T10:12:00.000Z',
      kind: 'state',
      ruleId: 'R4',
      text: 'О звонке больше суток ничего не приходит: ни его конца, ни решения. В amoCRM по нему ничего не записано.',
    });
  });

  it('was found by «Идёт» also when time alone, or an earlier version, had left it so', async () => {
    await store.tell([
      ...eventTold(event('call.started', 0, mine())),
      ...eventTold(event('call.ended', 71, mine({ call_id: 'decided' }))),
    ]);
    const { dataSource } = api.database;
    await dataSource.query(`update settings.journal_calls set state = 'in_progress' where account_id = $1`, [
      accountId,
    ]);
    await dataSource.query(
      `update settings.journal_calls set body = jsonb_set(body::jsonb, '{state}', $2)::json
        where account_id = $1 and pbx_call_id = 'decided'`,
      [accountId, JSON.stringify(state('decided', 71, { accountId }))],
    );
    await new OverdueCalls(dataSource).look();
    expect(await search({ state: 'in_progress' })).toEqual([]);
    expect(await search({ state: 'end_unknown' })).toHaveLength(1);
    expect(await search({ state: 'ignored' })).toMatchObject([{ pbxCallId: 'decided' }]);
  });

  it('is over as soon as its decision comes', async () => {
    await store.tell(eventTold(event('call.started', 0, mine())));
    await store.tell([decisionTold(decision('end', 90_000, [], { accountId, outcome: 'missed' }))]);
    expect(await search()).toMatchObject([{ state: 'ignored', outcome: 'missed' }]);
  });
});

describe('the account of a call (R16)', () => {
  const tellAll = async (portalId: string): Promise<string> => {
    await store.tell([
      ...eventTold(event('call.started', 0, mine())),
      ...eventTold(event('call.ended', 71, mine({ outcome: 'answered', talk_sec: 60, warnings: ['clock_ahead'] }))),
      routeTold(route(1, { accountId })),
      decisionTold(
        decision('end', 71, ['contact'], {
          accountId,
          portalId,
          lookup: { known: false, origin: 'directory', asOf: null, candidates: [], chosen: null },
        }),
      ),
      resultTold(result('contact', 'waiting', 72, { accountId, portalId, reason: 'rate_limited' })),
      resultTold(result('contact', 'done', 73, { accountId, portalId, attempts: 2 })),
    ]);
    return (await search())[0]?.callId ?? '';
  };

  it('remarks of the PBX’s data stood in a call’s story as codes', async () => {
    await store.tell(
      eventTold(event('call.ended', 71, mine({ outcome: 'missed', warnings: ['answered_without_talk', 'brand_new'] }))),
    );
    const callId = (await search())[0]?.callId ?? '';
    const { body } = await get(`/calls/${callId}`);
    expect(JSON.stringify(body)).toContain('разговора не было, brand_new');
  });

  it('an operation refused because its card was gone read as if amoCRM had no such account', async () => {
    await store.tell([
      ...eventTold(event('call.ended', 71, mine({ outcome: 'answered', talk_sec: 60 }))),
      resultTold(result('note', 'parked', 72, { accountId, reason: 'not_found: Entity not found' })),
    ]);
    const callId = (await search())[0]?.callId ?? '';
    const { body } = await get(`/calls/${callId}`);
    expect(JSON.stringify(body)).toContain('в amoCRM этого больше нет: Entity not found');
  });

  it('a talk whose end never came read like any other call: the operator is warned (R4)', async () => {
    const because = { ruleId: 'R4', code: 'talk_without_end' };
    await store.tell([
      ...eventTold(event('leg.answered', 11, mine())),
      decisionTold(decision('end', 71, [], { accountId, reasons: [because], warnings: ['talk_without_end'] })),
    ]);
    const story = await get(`/calls/${(await search())[0]?.callId}`, 'en');
    expect(story.text).toContain('Warning: The end of the talk did not come within 24 hours');
  });

  it('is told in order, in Russian and in English, with links into amoCRM', async () => {
    const portal = await api.request('POST', `/accounts/${accountId}/portals`, {
      key,
      body: { url: 'demo.amocrm.ru' },
    });
    const callId = await tellAll((portal.body as { portalId: string }).portalId);
    const told = async (language: string): Promise<{ kind: string; text: string; links: unknown[] }[]> => {
      const answer = await get(`/calls/${callId}`, language);
      expect(answer.headers.get('content-language')).toBe(language);
      return (answer.body as { lines: { kind: string; text: string; links: unknown[] }[] }).lines;
    };
    const russian = await told('ru');
    expect(russian.map((line) => line.kind)).toEqual([
      'event',
      'routing',
      'event',
      'lookup',
      'decision',
      'reason',
      'operation',
      'operation',
    ]);
    expect(russian.at(1)?.text).toBe('Персональный менеджер не предложен: контакта с этим номером нет');
    expect(russian.at(2)?.text).toBe(
      'Звонок завершён, успешный, разговор 1:00, часы АТС спешат, взято время получения',
    );
    expect(russian.at(6)?.text).toBe('Контакт: ждёт · лимит запросов amoCRM');
    expect(russian.at(7)).toMatchObject({
      text: 'Контакт: создано · попыток: 2',
      links: [{ text: 'Контакт 501', url: 'https://demo.amocrm.ru/contacts/detail/501' }],
    });
    expect((await told('en')).at(7)?.text).toBe('Contact: created · attempts: 2');
  });

  it('of another account, or of a call that is not there, is not found', async () => {
    const callId = await tellAll(randomUUID());
    const other = await api.newAccount();
    const foreign = await api.request('GET', `/accounts/${other.accountId}/calls/${callId}`, { key: other.key });
    expect(foreign.status).toBe(404);
    expect((await get(`/calls/${randomUUID()}`)).status).toBe(404);
  });
});

describe('what the journal reads', () => {
  it('changes nothing when a topic is read again, also by two processes at once', async () => {
    const consumer = api.service.app.get(JournalConsumer);
    const value = event('call.ended', 71, mine({ outcome: 'answered', talk_sec: 60, employee: { ext: '102' } }));
    const batch = { messages: [{ value }, { value }] } as unknown as MessageBatch<CallEvent>;
    await Promise.all([consumer.events(batch), consumer.events(batch)]);
    const once = await search();
    await consumer.events(batch);
    expect(await search()).toEqual(once);
    expect(once).toHaveLength(1);
  });

  it('is forgotten when it is older than the setting says, and with its account', async () => {
    await missed('+79160000001');
    await store.tell(
      eventTold(event('call.started', 0, mine({ received_at: new Date().toISOString(), call_id: 'new' }))),
    );
    const gone = await api.newAccount();
    await store.tell(eventTold(event('call.started', 0, { account_id: gone.accountId })));
    await api.request('DELETE', `/accounts/${gone.accountId}`);
    const { dataSource } = api.database;
    const count = async (id: string): Promise<unknown> =>
      dataSource.query('select count(*)::int as calls from settings.journal_calls where account_id = $1', [id]);
    await dataSource.query(`update settings.journal_calls set started_at = now() where pbx_call_id = 'new'`);
    await new JournalCleaner(dataSource, 30, createLogger({ service: 'spec', level: 'silent' })).clean();
    expect(await count(accountId)).toEqual([{ calls: 1 }]);
    expect(await count(gone.accountId)).toEqual([{ calls: 0 }]);
  });
});
