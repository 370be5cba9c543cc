import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultIntegration, type Portal, portals } from '@perezvon/contracts';
import { KafkaProducer } from '@perezvon/kafka';
import { createLogger } from '@perezvon/service';
import { CrmCopies } from '../portals/crm-copies.js';
import { eventually } from '../testing/eventually.js';
import { portalCopy } from '../testing/portal-copy.js';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';

let api: TestApi;
let writer: KafkaProducer;
let at: string;
let accountId: string;
let key: string;
let portalId: string;

beforeAll(async () => {
  api = await startTestApi();
  writer = new KafkaProducer({
    connection: { ...api.config.kafka, clientId: 'spec-writer' },
    logger: createLogger({ service: 'spec', level: 'silent' }),
  });
});
afterAll(async () => {
  await writer.disconnect(1_000);
  await api.close();
});
beforeEach(async () => {
  ({ accountId, key } = await api.newAccount());
  at = `/accounts/${accountId}`;
  const portal = await api.request('POST', `${at}/portals`, { key, body: { url: `p${randomUUID()}.amocrm.ru` } });
  portalId = (portal.body as { portalId: string }).portalId;
});

const put = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  api.request('PUT', `${at}/integration`, { key, body, headers });
const errorsOf = (answer: Answer): string[] =>
  (answer.body as { errors: { path: string; code: string }[] }).errors.map(({ path, code }) => `${path} ${code}`);
const problems = async (): Promise<string[]> => {
  const { body } = await api.request('GET', `${at}/integration/problems`, { key });
  return (body as { items: { path: string; code: string; severity: string }[] }).items.map(
    (each) => `${each.severity} ${each.path} ${each.code}`,
  );
};
const giveToken = (): Promise<Answer> =>
  api.request('PUT', `${at}/portals/${portalId}/credentials`, { key, body: { longLivedToken: 'a-token' } });
/** The writer publishes what it read of the portal, and we wait until it is here. */
const publish = async (changed: Partial<Portal> = {}): Promise<void> => {
  const copy = portalCopy(accountId, portalId, changed);
  await writer.send(portals, [copy]);
  await eventually(async () => {
    const { body } = await api.request('GET', `${at}/portals/${portalId}/crm`, { key });
    const { readAt, stop } = body as Portal;
    return readAt === copy.readAt && stop?.reason === copy.stop?.reason;
  });
};
const complete = (): Record<string, unknown> => ({
  active: true,
  portalId,
  incoming: {
    defaultResponsibleUserId: 101,
    cells: {
      answeredUnknown: { enabled: true, action: 'create_contact_and_deal', pipelineId: 1, statusId: 11 },
      missedUnknown: { enabled: true, action: 'create_unsorted', pipelineId: 1 },
    },
  },
  outgoing: { defaultResponsibleUserId: 102 },
});

describe('GET and PUT /integration', () => {
  it('gives the defaults of R1 before anything was saved', async () => {
    const { body, headers } = await api.request('GET', `${at}/integration`, { key });
    expect(body).toEqual(defaultIntegration());
    expect(headers.get('etag')).toBe('"0"');
  });

  it('takes an incomplete draft, fills what is left out, and gives it back as saved', async () => {
    const saved = await put({
      active: false,
      incoming: { cells: { answeredUnknown: { enabled: true } }, missedTask: { enabled: true, dueInMinutes: 30 } },
    });
    expect(saved.status).toBe(200);
    expect(saved.headers.get('etag')).toBe('"1"');
    const { body } = await api.request('GET', `${at}/integration`, { key });
    const byDefault = defaultIntegration();
    expect(body).toEqual({
      ...byDefault,
      incoming: {
        ...byDefault.incoming,
        cells: { ...byDefault.incoming.cells, answeredUnknown: { enabled: true } },
        missedTask: { enabled: true, text: 'Перезвонить: {phone}', dueInMinutes: 30 },
      },
    });
  });

  it('lets only one of two who have seen the same revision save', async () => {
    const answers = await Promise.all(
      [1, 2].map((wait) => put({ active: false, incoming: { unsortedRecordWaitSec: wait } }, { 'if-match': '"0"' })),
    );
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 412]);
    expect((await put({ active: false }, { 'if-match': '"1"' })).headers.get('etag')).toBe('"2"');
    expect((await put({ active: false }, { 'if-match': '*' })).status).toBe(200);
    const stale = await put({ active: false }, { 'if-match': 'W/"x"' });
    expect([stale.status, (stale.body as { code: string }).code]).toEqual([412, 'changed_meanwhile']);
  });

  it('says how it understood the filtered numbers', async () => {
    const { body } = await put({ active: false, outgoing: { filteredNumbers: ['8 (916) 123-45-67\n8495*', '7495*'] } });
    expect(body).toMatchObject({
      outgoing: { filteredNumbers: ['+79161234567', '+7495*'] },
      understood: {
        outgoing: {
          understood: [
            { line: '8 (916) 123-45-67', number: '+79161234567' },
            { line: '8495*', number: '+7495*' },
          ],
          repeated: [{ line: '7495*', number: '+7495*' }],
        },
      },
    });
  });

  it('names everything that is wrong, each at its path, and saves nothing', async () => {
    const answer = await put({
      active: false,
      surprise: 1,
      incoming: { cells: { answeredUnknown: { enabled: 'yes' }, never: {} }, unsortedRecordWaitSec: 601 },
      outgoing: { personalManagerRouting: true, filteredNumbers: [1] },
    });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer).toSorted()).toEqual(
      [
        'incoming.cells.answeredUnknown.enabled wrong_type',
        'incoming.cells.never unknown_field',
        'incoming.unsortedRecordWaitSec too_large',
        'outgoing.filteredNumbers wrong_type',
        'outgoing.filteredNumbers too_long',
        'outgoing.personalManagerRouting unknown_field',
        'surprise unknown_field',
      ].toSorted(),
    );
    expect((await api.request('GET', `${at}/integration`, { key })).headers.get('etag')).toBe('"0"');
  });

  it.each([
    ['answeredKnown', { action: 'create_contact' }, 'action action_not_offered'],
    ['missedUnknown', { action: 'create_deal_always' }, 'action action_not_offered'],
    ['missedKnown', { action: 'create_unsorted', pipelineId: 1, statusId: 11 }, 'statusId not_taken'],
    ['answeredUnknown', { action: 'create_contact', pipelineId: 1 }, 'pipelineId not_taken'],
  ])('refuses in %s %j (R2)', async (cell, settings, problem) => {
    const answer = await put({ active: false, outgoing: { cells: { [cell]: { enabled: true, ...settings } } } });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)).toEqual([`outgoing.cells.${cell}.${problem}`]);
  });

  it('says what pasted lines would be taken for, before anything is saved (R8)', async () => {
    const body = { lines: ['8 (916) 000-00-99\n+79160000099;7495*', 'не номер'] };
    const read = await api.request('POST', `${at}/integration/filtered-numbers`, { key, body });
    expect([read.status, read.body]).toMatchObject([
      200,
      {
        understood: [
          { line: '8 (916) 000-00-99', number: '+79160000099' },
          { line: '7495*', number: '+7495*' },
        ],
        repeated: [{ line: '+79160000099', number: '+79160000099' }],
        wrong: [{ line: 'не номер', code: 'not_a_number' }],
      },
    ]);
    expect((await api.request('GET', `${at}/integration`, { key })).body).toMatchObject({
      incoming: { filteredNumbers: [] },
    });
  });

  it('refuses a bad line of a filter and names it (R8)', async () => {
    const answer = await put({ active: false, incoming: { filteredNumbers: ['+79161234567\nhello'] } });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)).toEqual(['incoming.filteredNumbers not_a_number']);
    expect(answer.text).toContain('hello');
  });
});

describe('switching on', () => {
  it('is refused with the list of everything that is missing', async () => {
    const answer = await put({
      active: true,
      incoming: {
        cells: { answeredUnknown: { enabled: true }, missedKnown: { enabled: true, action: 'create_deal_always' } },
      },
      outgoing: {
        defaultResponsibleUserId: 101,
        cells: { missedUnknown: { enabled: true, action: 'create_unsorted' } },
      },
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'activation_refused' });
    expect(errorsOf(answer)).toEqual([
      'portalId missing',
      'incoming.defaultResponsibleUserId missing',
      'incoming.cells.answeredUnknown.action missing',
      'incoming.cells.missedKnown.pipelineId missing',
      'incoming.cells.missedKnown.statusId missing',
      'outgoing.cells.missedUnknown.pipelineId missing',
    ]);
  });

  it('needs credentials', async () => {
    expect(errorsOf(await put(complete()))).toEqual(['portalId credentials_missing']);
    await giveToken();
    expect((await put(complete())).status).toBe(200);
    expect(await problems()).toEqual([]);
  });

  it('is allowed at once with a token, though amocrm-writer has told of a portal without one and not looked again yet', async () => {
    await publish({ stop: { reason: 'no_credentials', since: '2026-01-02T03:04:05.678Z', until: null } });
    expect(errorsOf(await put(complete()))).toEqual(['portalId credentials_missing']);
    await giveToken();
    expect((await put(complete())).status).toBe(200);
    expect(await problems()).toEqual([]);
  });

  it.each(['unauthorised', 'no_rights', 'not_found'] as const)('is refused while the portal is %s', async (reason) => {
    await giveToken();
    await publish({ stop: { reason, since: '2026-01-02T03:04:05.678Z', until: null } });
    expect(errorsOf(await put(complete()))).toEqual([`portalId portal_${reason}`]);
  });

  it('is allowed while amoCRM is merely unpaid or blocked, with a warning: calls wait (R11)', async () => {
    await giveToken();
    await publish({ stop: { reason: 'unpaid', since: '2026-01-02T03:04:05.678Z', until: null } });
    expect((await put(complete())).status).toBe(200);
    expect(await problems()).toEqual(['warning portalId portal_unpaid']);
  });
});

describe('with a copy of what amoCRM has', () => {
  it('refuses ids that the portal does not have, in what is switched on', async () => {
    await publish();
    const answer = await put({
      active: false,
      portalId,
      incoming: {
        defaultResponsibleUserId: 999,
        cells: {
          answeredUnknown: { enabled: true, action: 'create_contact_and_deal', pipelineId: 9, statusId: 11 },
          missedUnknown: { enabled: true, action: 'create_contact_and_deal', pipelineId: 1, statusId: 21 },
          answeredKnown: { enabled: true, action: 'create_deal_always', pipelineId: 1, statusId: 10 },
          missedKnown: { enabled: false, action: 'create_deal_always', pipelineId: 9, statusId: 9 },
        },
        answeredTask: { enabled: true, taskTypeId: 7 },
      },
    });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)).toEqual([
      'incoming.cells.answeredUnknown.pipelineId unknown_pipeline',
      'incoming.cells.missedUnknown.statusId unknown_status',
      'incoming.cells.answeredKnown.statusId unknown_status',
      'incoming.defaultResponsibleUserId unknown_user',
      'incoming.answeredTask.taskTypeId unknown_task_type',
    ]);
  });

  it('shows what broke since it was saved (R12)', async () => {
    await giveToken();
    await publish();
    expect((await put(complete())).status).toBe(200);
    const { pipelines } = portalCopy(accountId, portalId);
    await publish({
      readAt: '2026-02-02T03:04:05.678Z',
      pipelines: pipelines.map((pipeline) => ({ ...pipeline, isUnsortedOn: false, statuses: [] })),
      users: [
        { id: 101, name: 'Анна', isActive: false },
        { id: 102, name: 'Борис', isActive: true },
      ],
    });
    expect(await problems()).toEqual([
      'broken incoming.cells.answeredUnknown.statusId unknown_status',
      'broken incoming.cells.missedUnknown.pipelineId unsorted_off',
      'broken incoming.defaultResponsibleUserId user_deactivated',
    ]);
  });

  it('warns of employees without a user and of deactivated users (R14), in the language asked for', async () => {
    await giveToken();
    await publish();
    await put(complete());
    const { body } = await api.request('PUT', `${at}/employees`, {
      key,
      body: [{ ext: '101', name: 'Иван' }, { ext: '102', name: 'Пётр' }, { ext: '103' }],
    });
    const [ivan, pyotr] = body as { employeeId: string }[];
    await api.request('PUT', `${at}/mapping`, {
      key,
      body: [
        { employeeId: ivan?.employeeId, crmUserId: 101 },
        { employeeId: pyotr?.employeeId, crmUserId: 103 },
      ],
    });
    expect(await problems()).toEqual(['warning employees.1 user_deactivated', 'warning employees.2 employee_unmapped']);
    const russian = await api.request('GET', `${at}/integration/problems`, {
      key,
      headers: { 'accept-language': 'ru' },
    });
    expect(russian.text).toContain('сопоставленный сотруднику «Пётр», отключён');
  });

  it('ignores a copy that claims a portal of another account, or one that is not there', async () => {
    const other = await api.newAccount();
    const copies = new CrmCopies(api.database.dataSource);
    await copies.store([portalCopy(other.accountId, portalId), portalCopy(accountId, randomUUID())]);
    expect(await copies.of(portalId)).toBeUndefined();
    await copies.store([portalCopy(accountId, portalId)]);
    expect(await copies.of(portalId)).toMatchObject({ accountId, portalId });
  });
});
