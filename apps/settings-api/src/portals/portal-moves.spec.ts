import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CredentialStore } from '@perezvon/credentials';
import { StandIn } from '../testing/neighbours.js';
import { portalCopy } from '../testing/portal-copy.js';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';
import { CrmCopies } from './crm-copies.js';

const writer = new StandIn();
let api: TestApi;
let accountId: string;
let key: string;
let portalId: string;

beforeAll(async () => {
  api = await startTestApi({ writerUrl: await writer.start() });
});
afterAll(async () => {
  await api.close();
  await writer.stop();
});
beforeEach(async () => {
  ({ accountId, key } = await api.newAccount());
  const { body } = await ask('POST', '/portals', { url: 'old.amocrm.ru', name: 'Основной' });
  ({ portalId } = body as { portalId: string });
  await ask('PUT', `/portals/${portalId}/credentials`, { longLivedToken: 'old-token' });
  await api.service.app.get(CrmCopies).store([portalCopy(accountId, portalId)]);
  await ask('PUT', '/employees', [{ ext: '102', name: 'Петрова' }]);
  const employees = (await ask('GET', '/employees')).body as { employeeId: string }[];
  await ask('PUT', '/mapping', [{ employeeId: employees[0]?.employeeId, crmUserId: 101 }]);
  expect((await ask('PUT', '/integration', settings())).status).toBe(200);
  nothingWaits();
});

const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
  api.request(method, `/accounts/${accountId}${path}`, { key, ...(body !== undefined && { body }) });
const edit = (body: object): Promise<Answer> => ask('PATCH', `/portals/${portalId}`, body);
const codeOf = ({ body }: Answer): unknown => (body as { code: unknown }).code;
const idOf = ({ body }: Answer): string => (body as { portalId: string }).portalId;
const tokenOf = async (id: string): Promise<string | undefined> =>
  (await new CredentialStore(api.database.dataSource, api.config.credentialsKeys).token(id))?.accessToken.reveal();

const settings = (): object => {
  const direction = {
    cells: { answeredUnknown: { enabled: true, action: 'create_contact_and_deal', pipelineId: 1, statusId: 11 } },
    answeredTask: { enabled: true, text: 'Перезвонить {phone}', taskTypeId: 1 },
    tagging: { enabled: true, number: 'both' },
    defaultResponsibleUserId: 101,
    filteredNumbers: ['+79160000099'],
  };
  return { active: true, portalId, incoming: direction, outgoing: direction };
};

const waits = (count: number): void =>
  writer.answer(`GET /internal/v1/portals/${portalId}/status`, 200, {
    portalId,
    accountId,
    lane: 'amocrm.ru:1001',
    stop: null,
    directoryReadAt: null,
    lookupsWaiting: 0,
    effects:
      count === 0
        ? []
        : [{ state: 'waiting', kind: 'contact', reason: null, count, oldestAt: '2026-01-02T03:04:05.678Z' }],
  });
const nothingWaits = (): void => waits(0);

describe('another address of a portal with credentials', () => {
  it('is not taken without a word on whose it is', async () => {
    const refused = await edit({ url: 'new.amocrm.ru' });
    expect([refused.status, codeOf(refused)]).toEqual([409, 'portal_address_change']);
    expect((await ask('GET', `/portals/${portalId}`)).body).toMatchObject({ url: 'https://old.amocrm.ru' });
  });

  it('of the same amoCRM account, renamed, keeps the portal, its token, its settings and what waits for it', async () => {
    waits(3);
    const before = await ask('GET', '/integration');
    const renamed = await edit({ url: 'new.amocrm.ru', account: 'same' });
    expect([renamed.status, renamed.body]).toMatchObject([200, { portalId, url: 'https://new.amocrm.ru' }]);
    expect(await tokenOf(portalId)).toBe('old-token');
    expect((await ask('GET', '/integration')).body).toEqual(before.body);
  });

  it('may bring a new token with it', async () => {
    await edit({ url: 'new.amocrm.ru', account: 'same', longLivedToken: 'new-token' });
    expect(await tokenOf(portalId)).toBe('new-token');
  });

  it('that is no other is no change, whatever is said of it', async () => {
    const same = await edit({ url: 'HTTPS://OLD.amocrm.ru/leads', account: 'another', name: 'Другое имя' });
    expect([same.status, same.body]).toMatchObject([200, { portalId, name: 'Другое имя' }]);
  });
});

describe('a move to another amoCRM account', () => {
  const move = { url: 'other.amocrm.ru', account: 'another', longLivedToken: 'other-token' };

  it('puts another portal in the place of the old one, whose token is erased', async () => {
    const moved = await edit(move);
    expect([moved.status, moved.body]).toMatchObject([
      200,
      { url: 'https://other.amocrm.ru', name: 'Основной', hasCredentials: true },
    ]);
    expect(idOf(moved)).not.toBe(portalId);
    expect([await tokenOf(portalId), await tokenOf(idOf(moved))]).toEqual([undefined, 'other-token']);
    expect((await ask('GET', '/portals')).body).toMatchObject({ items: [{ portalId: idOf(moved) }] });
  });

  it('switches the integration off and forgets what named things of the old account, nothing else', async () => {
    const moved = await edit(move);
    const direction = {
      cells: { answeredUnknown: { enabled: true, action: 'create_contact_and_deal' } },
      answeredTask: { enabled: true, text: 'Перезвонить {phone}', taskTypeId: null },
      tagging: { enabled: true, number: 'both' },
      defaultResponsibleUserId: null,
      filteredNumbers: ['+79160000099'],
    };
    const now = await ask('GET', '/integration');
    expect(now.body).toMatchObject({
      active: false,
      portalId: idOf(moved),
      incoming: direction,
      outgoing: direction,
    });
    expect(now.text).not.toContain('"pipelineId"');
    expect((await ask('GET', '/mapping')).body).toEqual([]);
    const problems = await ask('GET', '/integration/problems');
    expect(problems.body).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ path: 'incoming.defaultResponsibleUserId', severity: 'blocks_activation' }),
        expect.objectContaining({ code: 'employee_unmapped' }),
      ]),
    });
  });

  it('is in the history, with what it changed', async () => {
    await edit(move);
    expect((await ask('GET', '/audit')).body).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          change: 'portal_moved',
          differences: expect.arrayContaining([expect.objectContaining({ path: 'integration.active', after: false })]),
        }),
      ]),
    });
  });

  it('is refused while operations wait, and says how many; parkWaiting: true goes on', async () => {
    waits(7);
    const refused = await edit(move);
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'operations_wait', waiting: 7 }]);
    expect((await ask('GET', '/portals')).body).toMatchObject({ items: [{ portalId }] });
    expect((await edit({ ...move, parkWaiting: true })).status).toBe(200);
  });

  it('is refused while nobody knows what waits', async () => {
    writer.answer(`GET /internal/v1/portals/${portalId}/status`, 500, {});
    expect((await edit(move)).body).toMatchObject({ code: 'operations_wait', waiting: null });
  });

  it.each([
    ['no token', undefined, 'token_needed'],
    ['what is no token', 'два слова', 'malformed_token'],
  ])('is refused with %s, and changes nothing', async (_what, longLivedToken, code) => {
    const before = await ask('GET', '/integration');
    const refused = await edit({ url: move.url, account: 'another', longLivedToken });
    expect([refused.status, refused.body]).toMatchObject([422, { errors: [{ path: 'longLivedToken', code }] }]);
    expect((await ask('GET', '/integration')).body).toEqual(before.body);
    expect((await ask('GET', '/portals')).body).toMatchObject({ items: [{ portalId }] });
  });

  it('of a portal that is not in use leaves the settings alone', async () => {
    await ask('PUT', '/integration', { ...settings(), active: false, portalId: null });
    const before = await ask('GET', '/integration');
    expect((await edit(move)).status).toBe(200);
    expect((await ask('GET', '/integration')).body).toEqual(before.body);
    expect((await ask('GET', '/mapping')).body).toHaveLength(1);
  });
});
