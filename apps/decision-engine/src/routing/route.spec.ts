import { randomUUID } from 'node:crypto';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { commands, routes, type Client, type PbxEmployee, type PbxSource, type Settings } from '@perezvon/contracts';
import type { RunningService } from '@perezvon/service';
import { EngineBench } from '../testing/engine.js';
import { AnswerRoutes } from './answer-routes.js';
import { INTERNAL_KEY, startRoutingDoor } from '../testing/routing-door.js';

const PHONE = '+79161234567';
/** Of the question in the spec that names it. */
const ID_OF_AN_EARLIER_VERSION = 'df3371e7-9121-5734-8ced-a8574a10a3a0';
const RESPONSIBLE = 501;
const DEFAULT_RESPONSIBLE = 101;

let bench: EngineBench;
let service: RunningService;
const uis = source('uis', 'uis-secret');
const canonical = source('canonical', 'canonical-secret');
const petrova = employee('petrova', '+79035550101');
const reception = employee('reception', '+79035550100');

beforeAll(async () => {
  bench = await EngineBench.start();
  service = await startRoutingDoor(bench.database.dataSource);
});

afterAll(async () => {
  await service.stop();
  await bench.database.drop();
});

beforeEach(async () => {
  await service.app.get(AnswerRoutes).settled();
  await bench.database.dataSource.query('truncate outbox, clients, route_answers');
  await publish();
  await bench.publishPortal({ users: [user(RESPONSIBLE, true), user(DEFAULT_RESPONSIBLE, true)] });
});

let version = 0;

/** The next version of the account's settings: the personal manager on, both employees mapped. */
async function publish(change: (settings: Settings) => void = () => undefined): Promise<void> {
  version += 1;
  const document = bench.settings((integration) => {
    integration.incoming.personalManagerRouting = true;
    integration.incoming.defaultResponsibleUserId = DEFAULT_RESPONSIBLE;
  }, version);
  document.employees = [petrova, reception];
  document.mapping = [
    { employeeId: petrova.employeeId, crmUserId: RESPONSIBLE },
    { employeeId: reception.employeeId, crmUserId: DEFAULT_RESPONSIBLE },
  ];
  document.sources = [uis, canonical];
  change(document);
  await bench.storeSettings(document);
}

const contact = (id: number, more: Partial<Client['cards'][number]> = {}): Client['cards'][number] => ({
  type: 'contact',
  id,
  name: 'Иван, Ромашка',
  responsibleUserId: RESPONSIBLE,
  updatedAt: 1_700_000_000,
  activeDealUpdatedAt: null,
  ...more,
});

async function ask(question: Record<string, unknown> = {}, authorization = `Bearer ${INTERNAL_KEY}`) {
  const body = {
    account_id: bench.accountId,
    source: 'uis',
    call_id: randomUUID(),
    client_phone: '79161234567',
    virtual_number: '74951112233',
    ...question,
  };
  return post('/v1/route', JSON.stringify(body), { 'content-type': 'application/json', authorization });
}

async function post(path: string, body: string, headers: Record<string, string>) {
  const response = await fetch(`${service.url}${path}`, { method: 'POST', body, headers });
  return { status: response.status, body: await response.json() };
}

async function askUis(query: string, secret = 'uis-secret', sourceId = uis.sourceId): Promise<unknown> {
  const response = await fetch(`${service.url}/v1/route/uis/${sourceId}/${secret}?${query}`);
  expect(response.status).toBe(200);
  return response.json();
}

/** An answer is written down behind its back. */
const owed = async (topic: string): Promise<unknown[]> => {
  await service.app.get(AnswerRoutes).settled();
  const rows: { value: Buffer }[] = await bench.database.dataSource.query(
    'select value from outbox where topic = $1 order by id',
    [topic],
  );
  return rows.map((row) => JSON.parse(row.value.toString()) as unknown);
};

describe('POST /v1/route', () => {
  it('connects to the employee of the contact’s responsible, and journals it', async () => {
    await bench.answerLookup(PHONE, [contact(40401635)]);
    expect(await ask({ call_id: '1002003004' })).toEqual({
      status: 200,
      body: {
        decision: 'connect',
        employee: { pbx_id: null, login: 'petrova', ext: null, phone: '79035550101', name: null },
        contact: { crm_id: 40401635, name: 'Иван, Ромашка' },
        reason: 'responsible_of_contact',
        cache_ttl_sec: 300,
      },
    });
    const [journalled, ...more] = await owed(routes.topic);
    expect(more).toEqual([]);
    expect(routes.parse(journalled)).toMatchObject({
      pbxCallId: '1002003004',
      phone: PHONE,
      settingsVersion: version,
      candidates: [{ id: 40401635, responsibleUserId: RESPONSIBLE }],
    });
  });

  it('answers the same twice within a call, whatever changed in between, and journals it once', async () => {
    await bench.answerLookup(PHONE, [contact(1)]);
    const question = { call_id: 'asked-twice' };
    const first = await ask(question);
    await publish((settings) => (settings.mapping = []));
    expect(await ask(question)).toEqual(first);
    expect(await ask({ call_id: 'another' })).toMatchObject({ body: { reason: 'responsible_unmapped' } });
    expect(await owed(routes.topic)).toHaveLength(2);
  });

  it('gives one answer when a call’s question comes many times at the same moment', async () => {
    await bench.answerLookup(PHONE, [contact(1)]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask({ call_id: 'at-once' })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await owed(routes.topic)).toHaveLength(1);
  });

  const defaultEmployee = { login: 'reception', phone: '79035550100' };

  describe.each<{ reason: string; given: () => Promise<unknown>; question?: Record<string, unknown> }>([
    { reason: 'disabled', given: () => publish((s) => (s.integration.incoming.personalManagerRouting = false)) },
    { reason: 'integration_inactive', given: () => publish((s) => (s.integration.active = false)) },
    { reason: 'not_inbound', given: () => publish(), question: { direction: 'out' } },
    { reason: 'hidden_number', given: () => publish(), question: { client_phone: 'anonymous' } },
    { reason: 'hidden_number', given: () => publish(), question: { client_phone: '{{contact_phone_number}}' } },
    { reason: 'invalid_number', given: () => publish(), question: { client_phone: '102' } },
    {
      reason: 'filtered_number',
      given: () => publish((s) => (s.integration.incoming.filteredNumbers = ['+7916*'])),
    },
    { reason: 'no_contact', given: () => bench.answerLookup(PHONE, []) },
    { reason: 'no_contact', given: () => bench.answerLookup(PHONE, [contact(1, { type: 'company' })]) },
    {
      reason: 'no_contact',
      given: () => bench.publishPortal({ mirror: { isComplete: true, completeBackTo: null, asOf: null } }),
    },
    {
      reason: 'ambiguous_contact',
      given: () => bench.answerLookup(PHONE, [contact(1), contact(2, { responsibleUserId: 502 })]),
    },
    {
      reason: 'responsible_unmapped',
      given: async () => {
        await publish((s) => (s.mapping = s.mapping.filter((m) => m.crmUserId !== RESPONSIBLE)));
        await bench.answerLookup(PHONE, [contact(1)]);
      },
    },
    {
      reason: 'responsible_inactive',
      given: async () => {
        await bench.publishPortal({ users: [user(RESPONSIBLE, false), user(DEFAULT_RESPONSIBLE, true)] });
        await bench.answerLookup(PHONE, [contact(1)]);
      },
    },
    {
      reason: 'employee_disabled',
      given: async () => {
        await publish((s) => (s.employees = [{ ...petrova, isDisabled: true }, reception]));
        await bench.answerLookup(PHONE, [contact(1)]);
      },
    },
    {
      reason: 'employee_without_number',
      given: async () => {
        await publish((s) => (s.employees = [{ ...petrova, phones: [] }, reception]));
        await bench.answerLookup(PHONE, [contact(1)]);
      },
    },
    { reason: 'directory_incomplete', given: () => publish() },
  ])('falls back as $reason', ({ reason, given, question = {} }) => {
    it(`with the default employee: ${JSON.stringify(question)}`, async () => {
      await given();
      expect(await ask(question)).toMatchObject({
        status: 200,
        body: { decision: 'fallback', reason, default_employee: defaultEmployee },
      });
    });
  });

  it('answers each of two cabinets of one kind for itself, although both use the same call id', async () => {
    await bench.answerLookup(PHONE, [contact(1)]);
    const question = { call_id: 'same-id', source_instance: 'north' };
    expect(await ask(question)).toMatchObject({ body: { decision: 'connect' } });
    const south = { ...question, source_instance: 'south', client_phone: 'anonymous' };
    expect(await ask(south)).toMatchObject({ body: { reason: 'hidden_number' } });
    expect(await ask({ ...question, client_phone: '' })).toMatchObject({ body: { decision: 'connect' } });
    const told = (await owed(routes.topic)).map((value) => routes.parse(value));
    expect(told.map(({ sourceInstance }) => sourceInstance)).toEqual(['north', 'south']);
  });

  it('finds the answer again that an earlier version kept for a PBX without an instance', async () => {
    await bench.answerLookup(PHONE, [contact(1)]);
    await ask({ account_id: 'acc-17', source: 'uis', call_id: '1002003004' });
    await service.app.get(AnswerRoutes).settled();
    const rows: unknown = await bench.database.dataSource.query('select route_id from route_answers');
    expect(rows).toEqual([{ route_id: ID_OF_AN_EARLIER_VERSION }]);
  });

  it('connects when several contacts have one responsible', async () => {
    await bench.answerLookup(PHONE, [contact(2), contact(1)]);
    expect(await ask()).toMatchObject({ body: { decision: 'connect', contact: { crm_id: 1 } } });
  });

  it('has an unknown phone of an incomplete directory looked up for the next time', async () => {
    expect(await ask()).toMatchObject({ body: { reason: 'directory_incomplete' } });
    expect((await owed(commands.topic)).map((value) => commands.parse(value))).toMatchObject([
      { type: 'lookup', lane: bench.lane, phone: PHONE, portalId: bench.portalId },
    ]);
    await bench.answerLookup(PHONE, [contact(1)]);
    expect(await ask()).toMatchObject({ body: { decision: 'connect' } });
  });

  it('says nothing of an account that it does not know', async () => {
    expect(await ask({ account_id: 'nobody' })).toEqual({
      status: 200,
      body: { decision: 'fallback', reason: 'integration_inactive', default_employee: null, contact: null },
    });
  });

  it.each([
    '',
    '{',
    '[]',
    '"text"',
    '{"account_id":1}',
    `{"account_id":"a","source":"uis","call_id":"${'x'.repeat(300)}"}`,
  ])('answers 200 to a body that is no question: %s', async (body) => {
    const headers = { 'content-type': 'application/json', 'authorization': `Bearer ${INTERNAL_KEY}` };
    expect(await post('/v1/route', body, headers)).toMatchObject({ status: 200, body: { decision: 'fallback' } });
  });

  it('is open to a source of the account with its secret, and to nobody of another account', async () => {
    await bench.answerLookup(PHONE, [contact(1)]);
    expect(await ask({}, 'Bearer canonical-secret')).toMatchObject({ status: 200, body: { decision: 'connect' } });
    for (const authorization of ['', 'Bearer wrong', 'Basic canonical-secret']) {
      expect((await ask({}, authorization)).status).toBe(401);
    }
    expect((await ask({ account_id: 'somebody-else' }, 'Bearer canonical-secret')).status).toBe(401);
  });

  it('refuses a body of more than 256 KiB', async () => {
    expect((await ask({ dtmf: 'x'.repeat(300_000) })).status).toBe(413);
  });
});

describe('UIS: /v1/route/uis', () => {
  it('goes on by its own branch when the manager has no full number, and the journal gives that as the reason', async () => {
    await publish((settings) => (settings.employees = [{ ...petrova, ext: '102', phones: [] }, reception]));
    await bench.answerLookup(PHONE, [contact(1)]);
    expect(await askUis('numa=79161234567&call_session_id=7')).toEqual({ returned_code: 1 });
    const told = (await owed(routes.topic)).map((value) => routes.parse(value));
    expect(told).toMatchObject([{ decision: 'fallback', reason: 'employee_without_number', employee: null }]);
  });

  it('gives two cabinets with the same call id an answer each', async () => {
    const north = { ...uis, sourceId: randomUUID(), instance: 'north' };
    await publish((settings) => (settings.sources = [uis, north]));
    await bench.answerLookup(PHONE, [contact(1)]);
    expect(await askUis('numa=79161234567&call_session_id=5')).toEqual({ phones: ['79035550101'] });
    expect(await askUis('numa=anonymous&call_session_id=5', 'uis-secret', north.sourceId)).toEqual({
      returned_code: 1,
    });
    expect(await owed(routes.topic)).toHaveLength(2);
  });

  it('connects by GET and by POST, form or JSON, with the same answer within a call', async () => {
    await bench.answerLookup(PHONE, [contact(1)]);
    const connect = { phones: ['79035550101'] };
    expect(await askUis('numa=79161234567&numb=74951112233&call_session_id=77&input_result=')).toEqual(connect);
    const path = `/v1/route/uis/${uis.sourceId}/uis-secret`;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(path, 'numa=79161234567&call_session_id=77', form)).body).toEqual(connect);
    const json = JSON.stringify({ numa: 79161234567, call_session_id: 78 });
    expect((await post(path, json, { 'content-type': 'application/json' })).body).toEqual(connect);
    expect(await owed(routes.topic)).toHaveLength(2);
  });

  it('connected a caller to another caller’s manager: two ids of 64 bits in JSON were rounded to one', async () => {
    await bench.answerLookup(PHONE, [contact(1)]);
    const path = `/v1/route/uis/${uis.sourceId}/uis-secret`;
    const asked = (json: string) => post(path, json, { 'content-type': 'application/json' });
    const first = await asked('{"numa":"79161234567","call_session_id":9007199254740992}');
    expect(first.body).toEqual({ phones: ['79035550101'] });
    const second = await asked('{"numa":"anonymous","call_session_id":9007199254740993}');
    expect(second.body).toEqual({ returned_code: 1 });
    expect(await owed(routes.topic)).toHaveLength(2);
  });

  it('goes on by the scenario’s own branch, or to the default employee where the source says so', async () => {
    expect(await askUis('numa=&call_session_id=1')).toEqual({ returned_code: 1 });
    await publish((settings) => (settings.sources = [{ ...uis, routeFallback: 'default_employee' }]));
    expect(await askUis('numa=&call_session_id=2')).toEqual({ phones: ['79035550100'] });
  });

  it('tells a stranger nothing: the same answer as for any caller', async () => {
    await bench.answerLookup(PHONE, [contact(1)]);
    const question = 'numa=79161234567&call_session_id=9';
    for (const [secret, sourceId] of [
      ['wrong', uis.sourceId],
      ['canonical-secret', canonical.sourceId],
      ['uis-secret', randomUUID()],
      ['uis-secret', 'no-id'],
    ] as const) {
      expect(await askUis(question, secret, sourceId)).toEqual({ returned_code: 1 });
    }
    expect(await owed(routes.topic)).toEqual([]);
  });

  it('answers a body that nobody can read', async () => {
    const path = `/v1/route/uis/${uis.sourceId}/uis-secret`;
    expect(await post(path, '{"numa": "7916', { 'content-type': 'application/json' })).toEqual({
      status: 200,
      body: { returned_code: 1 },
    });
  });
});

function source(kind: PbxSource['kind'], secret: string): PbxSource {
  return {
    sourceId: randomUUID(),
    kind,
    instance: null,
    timeZone: 'Europe/Moscow',
    settleDelaySec: 20,
    ringLimitSec: 60,
    routeFallback: 'branch',
    secretHash: createHash('sha256').update(secret).digest('hex'),
  };
}

function employee(login: string, phone: string): PbxEmployee {
  return { employeeId: randomUUID(), login, phones: [phone] };
}

function user(id: number, isActive: boolean) {
  return { id, name: `user ${String(id)}`, isActive };
}
