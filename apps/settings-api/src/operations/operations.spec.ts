import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type PortalStatus, type WaitingEffect } from '@perezvon/contracts';
import { decisionTold } from '../journal/journal-call.js';
import { JournalStore } from '../journal/journal-store.js';
import { decision } from '../testing/told-of-a-call.js';
import { StandIn } from '../testing/neighbours.js';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';

const writer = new StandIn();
const ingest = new StandIn();
const engine = new StandIn();
let api: TestApi;
let accountId: string;
let key: string;
let portalId: string;

beforeAll(async () => {
  api = await startTestApi({
    writerUrl: await writer.start(),
    ingestUrl: await ingest.start(),
    engineUrl: await engine.start(),
  });
});
afterAll(async () => {
  await api.close();
  await writer.stop();
  await ingest.stop();
  await engine.stop();
});
beforeEach(async () => {
  ({ accountId, key } = await api.newAccount());
  const at = `/accounts/${accountId}/portals`;
  const portal = await api.request('POST', at, { key, body: { url: 'demo.amocrm.ru' } });
  ({ portalId } = portal.body as { portalId: string });
});

const ask = (method: string, path: string, language = 'ru'): Promise<Answer> =>
  api.request(method, `/accounts/${accountId}${path}`, { key, headers: { 'accept-language': language } });

const call = (method: string, path: string, body: unknown): Promise<Answer> =>
  api.request(method, `/accounts/${accountId}${path}`, { key, body });

const status = (more: Partial<PortalStatus> = {}): PortalStatus => ({
  portalId,
  accountId,
  lane: 'amocrm.ru:1001',
  stop: null,
  directoryReadAt: null,
  effects: [],
  lookupsWaiting: 0,
  ...more,
});
const activity = { lastEvents: [], held: { count: 0, oldestAt: null } };

describe('the connection test', () => {
  it('says in words what is wrong and what to do', async () => {
    const checks = [
      { code: 'reachable', outcome: 'ok', reason: null },
      { code: 'token', outcome: 'failed', reason: 'unauthorised' },
    ];
    writer.answer(`POST /internal/v1/portals/${portalId}/test`, 200, { checks });
    const { body } = await ask('POST', `/portals/${portalId}/test`);
    expect(body).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^Токен принят: нет\. Токен не действует: создайте новый/),
      checks: [{ text: 'Адрес отвечает', advice: null }, { outcome: 'failed' }],
    });
    expect(writer.asked.at(-1)?.authorization).toBe(`Bearer ${api.config.internalKey}`);
  });

  it('of a portal that is all right names its account', async () => {
    const checks = [{ code: 'reachable', outcome: 'ok', reason: null }];
    writer.answer(`POST /internal/v1/portals/${portalId}/test`, 200, { checks, accountName: 'Ромашка' });
    const { body } = await ask('POST', `/portals/${portalId}/test`, 'en');
    expect(body).toMatchObject({ ok: true, text: 'The portal «Ромашка» is connected, all is well.' });
  });

  it('of a foreign portal is not asked at all', async () => {
    const other = await api.newAccount();
    const before = writer.asked.length;
    const path = `/accounts/${other.accountId}/portals/${portalId}/test`;
    expect((await api.request('POST', path, { key: other.key })).status).toBe(404);
    expect(writer.asked).toHaveLength(before);
  });

  it('can be followed by reading pipelines and users anew', async () => {
    writer.answer(`POST /internal/v1/portals/${portalId}/refresh`, 202);
    expect((await ask('POST', `/portals/${portalId}/crm/refresh`)).status).toBe(202);
  });
});

describe('the status', () => {
  it('says in one sentence that writes wait, why, and that nothing is lost (R11)', async () => {
    const since = '2026-01-02T03:04:05.678Z';
    const waits = { state: 'waiting', reason: 'unpaid', count: 3, oldestAt: since } as const;
    const body = status({ stop: { reason: 'unpaid', since, until: null }, effects: [waits] });
    writer.answer(`GET /internal/v1/portals/${portalId}/status`, 200, body);
    ingest.answer(`GET /internal/v1/accounts/${accountId}/activity`, 200, activity);
    const gone = { reason: 'portal_deleted', count: 2, oldestAt: since };
    writer.answer(`GET /internal/v1/accounts/${accountId}/parked`, 200, [gone]);
    await api.database.dataSource.query(
      `insert into settings.documents (account_id, kind, revision, body)
       select $1, 'integration', 1, jsonb_set(jsonb_set($2::jsonb, '{active}', 'true'), '{portalId}', to_jsonb($3::text))`,
      [accountId, JSON.stringify((await ask('GET', '/integration')).body), portalId],
    );
    expect((await ask('GET', '/status')).body).toMatchObject({
      isActive: true,
      portals: [
        {
          portalId,
          isChosen: true,
          status: body,
          conditions: [
            {
              kind: 'stop',
              code: 'unpaid',
              text: 'аккаунт amoCRM не оплачен',
              advice: 'Оплатите аккаунт amoCRM: звонки дождутся.',
              waiting: 3,
              since,
              until: null,
              runbook: 'docs/runbooks/unpaid.md',
            },
          ],
        },
      ],
      parked: [{ kind: 'parked', code: 'portal_deleted', text: 'портал удалён', waiting: 2, since }],
      activity,
      unavailable: [],
      health: {
        level: 'error',
        text: 'amoCRM не принимает записи: аккаунт amoCRM не оплачен. Ждёт операций: 3; ничего не потеряно.',
      },
    });
  });

  it('tells what it knows while a neighbour is away', async () => {
    ingest.answer(`GET /internal/v1/accounts/${accountId}/activity`, 500);
    const { status: code, body } = await ask('GET', '/status');
    expect([code, body]).toMatchObject([
      200,
      { activity: null, unavailable: ['call-ingest'], health: { level: 'off' } },
    ]);
  });

  it('says how many calls wait for what, and since when (R11)', async () => {
    const oldestAt = '2026-01-02T03:04:05.678Z';
    const waiting = [{ state: 'awaiting_client', count: 4, oldestAt }];
    engine.answer(`GET /internal/v1/accounts/${accountId}/waiting`, 200, { waiting });
    expect((await ask('GET', '/status')).body).toMatchObject({
      waitingCalls: [
        { state: 'awaiting_client', text: 'Узнаём в amoCRM, известен ли клиент', count: 4, since: oldestAt },
      ],
    });
    expect(engine.asked.at(-1)?.authorization).toBe(`Bearer ${api.config.internalKey}`);
  });

  it('does not say that no call waits while nobody can tell', async () => {
    engine.answer(`GET /internal/v1/accounts/${accountId}/waiting`, 500);
    const { body } = await ask('GET', '/status');
    expect(body).toMatchObject({ waitingCalls: null, unavailable: ['decision-engine'] });
  });

  it('warns of talks whose end never came (R4), of the account and no other', async () => {
    const decidedAt = new Date().toISOString();
    const told = decision('end', 0, ['note'], { accountId, decidedAt, warnings: ['talk_without_end'] });
    await api.service.app.get(JournalStore).tell([decisionTold(told)]);
    expect((await ask('GET', '/status', 'en')).body).toMatchObject({
      callsWithoutEnd: {
        count: 1,
        since: decidedAt,
        callIds: [told.callId],
        text: 'The end of the talk did not come within 24 hours: its duration is unknown',
        advice: expect.stringContaining('Check that the PBX sends the end'),
      },
    });
    ({ accountId, key } = await api.newAccount());
    expect((await ask('GET', '/status')).body).toMatchObject({ callsWithoutEnd: null });
  });
});

describe('deleting the portal that is used', () => {
  it('is refused with what waits for it', async () => {
    await call('PUT', '/integration', { active: false, portalId });
    const effects = [{ state: 'waiting', reason: null, count: 7, oldestAt: '2026-01-02T03:04:05.678Z' }] as const;
    writer.answer(`GET /internal/v1/portals/${portalId}/status`, 200, status({ effects: [...effects] }));
    const refused = await ask('DELETE', `/portals/${portalId}`);
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'portal_in_use', waiting: 7 }]);
  });
});

describe('what waits', () => {
  const effect = (): WaitingEffect => ({
    effectId: randomUUID(),
    portalId,
    callId: randomUUID(),
    effect: 'deal',
    state: 'parked',
    reason: 'validation_failed',
    blockedBy: [],
    phone: null,
    attempts: 3,
    createdAt: '2026-01-02T03:04:05.678Z',
    updatedAt: '2026-01-02T03:04:05.678Z',
    nextTryAt: null,
  });

  it('is listed in words, and the search goes to the writer', async () => {
    const items = [effect()];
    writer.answer(`GET /internal/v1/accounts/${accountId}/effects`, 200, { items, nextCursor: 'next' });
    const { body } = await ask('GET', `/effects?state=parked&portal=${portalId}&limit=7`);
    const text = 'Сделка: остановлено, нужен человек · amoCRM не приняла данные';
    expect(body).toEqual({ items: [{ ...items[0], text }], nextCursor: 'next' });
    expect(writer.asked.at(-1)?.request).toContain(`?limit=7&state=parked&portalId=${portalId}`);
  });

  it('is told in words with what amoCRM said about it, not by a code', async () => {
    const items = [{ ...effect(), reason: 'bad_request: text is too long' }];
    writer.answer(`GET /internal/v1/accounts/${accountId}/effects`, 200, { items, nextCursor: null });
    const { body } = await ask('GET', '/effects');
    const text = 'Сделка: остановлено, нужен человек · amoCRM не приняла данные: text is too long';
    expect(body).toMatchObject({ items: [{ text }] });
  });

  it('is retried and discarded; a "no" of the writer is told in words', async () => {
    const effectId = randomUUID();
    const at = `/internal/v1/accounts/${accountId}/effects/${effectId}`;
    writer.answer(`POST ${at}/retry`, 204);
    writer.answer(`POST ${at}/discard`, 409, { code: 'already_settled' });
    expect((await ask('POST', `/effects/${effectId}/retry`)).status).toBe(204);
    const refused = await ask('POST', `/effects/${effectId}/discard`);
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { code: 'already_settled', title: 'Уже выполнено или отменено.' },
    ]);
    expect((await ask('POST', `/effects/${randomUUID()}/retry`)).status).toBe(404);
  });

  it('cannot be asked while the writer answers nonsense: 503 names it', async () => {
    writer.answer(`GET /internal/v1/accounts/${accountId}/effects`, 200, { items: 'many' });
    const { status: code, body } = await ask('GET', '/effects');
    expect([code, body]).toMatchObject([503, { code: 'service_unavailable', service: 'amocrm-writer' }]);
  });
});

describe('rejected events', () => {
  it('are listed and replayed through call-ingest', async () => {
    const rejectedId = randomUUID();
    const at = `/internal/v1/accounts/${accountId}/rejected`;
    ingest.answer(`GET ${at}`, 200, { items: [], nextCursor: null });
    ingest.answer(`POST ${at}/${rejectedId}/replay`, 200, { outcome: 'accepted', code: null, message: null });
    expect((await ask('GET', '/rejected')).body).toEqual({ items: [], nextCursor: null });
    expect((await ask('POST', `/rejected/${rejectedId}/replay`)).body).toMatchObject({ outcome: 'accepted' });
  });
});
