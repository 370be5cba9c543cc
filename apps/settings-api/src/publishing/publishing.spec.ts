import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultIntegration, type Settings } from '@perezvon/contracts';
import { type RunningService } from '@perezvon/service';
import { PublishedSettings } from '../testing/published-settings.js';
import { startTestApi, type TestApi } from '../testing/settings-api.js';
import { startSettingsApi } from '../start.js';

let api: TestApi;
const published = new PublishedSettings();

beforeAll(async () => {
  api = await startTestApi();
  await published.start(api.config.kafka.brokers);
});
afterAll(async () => {
  await published.stop();
  await api.close();
});

describe('settings.v1', () => {
  it('has a new account at once, with the defaults of R1 and version 1', async () => {
    const { accountId } = await api.newAccount();
    expect(await published.newest(accountId)).toMatchObject({
      accountId,
      version: 1,
      name: 'Spec',
      integration: defaultIntegration(),
      portals: [],
      employees: [],
      mapping: [],
      sources: [],
    });
  });

  it('has the complete document after every change, each with the next version', async () => {
    const { accountId, key } = await api.newAccount();
    const at = `/accounts/${accountId}`;
    const portal = await api.request('POST', `${at}/portals`, { key, body: { url: 'Demo.amoCRM.ru/leads/' } });
    const { portalId } = portal.body as { portalId: string };
    await api.request('PUT', `${at}/portals/${portalId}/credentials`, { key, body: { longLivedToken: 'token-1' } });
    const source = await api.request('POST', `${at}/pbx-sources`, { key, body: { kind: 'uis' } });
    const { sourceId } = source.body as { sourceId: string };
    const employees = await api.request('PUT', `${at}/employees`, { key, body: [{ ext: '101', name: 'Анна' }] });
    const [{ employeeId }] = employees.body as [{ employeeId: string }];
    await api.request('PUT', `${at}/mapping`, { key, body: [{ employeeId, crmUserId: 101 }] });
    await api.request('PUT', `${at}/integration`, { key, body: { active: false, portalId } });

    expect(await published.newest(accountId, (document) => document?.version === 7)).toMatchObject({
      integration: { active: false, portalId },
      portals: [{ portalId, url: 'https://demo.amocrm.ru', credentialsRevision: 1 }],
      sources: [{ sourceId, kind: 'uis', timeZone: 'Europe/Moscow', settleDelaySec: 20 }],
      employees: [{ employeeId, ext: '101' }],
      mapping: [{ employeeId, crmUserId: 101 }],
    });
    expect(published.of(accountId).map((document) => document?.version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('keeps the order of versions when many save at once', async () => {
    const { accountId, key } = await api.newAccount();
    const saves = Array.from({ length: 20 }, (_, index) =>
      api.request('PUT', `/accounts/${accountId}/integration`, {
        key,
        body: { active: false, incoming: { unsortedRecordWaitSec: index } },
      }),
    );
    expect((await Promise.all(saves)).map((answer) => answer.status)).toEqual(saves.map(() => 200));
    await published.newest(accountId, (document) => document?.version === 21);
    const versions = published.of(accountId).map((document) => document?.version ?? 0);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    const { body } = await api.request('GET', `/accounts/${accountId}/integration`, { key });
    expect((published.of(accountId).at(-1) as Settings).integration).toEqual(body);
  });

  it('publishes nothing of what was refused', async () => {
    const { accountId, key } = await api.newAccount();
    const refused = await api.request('PUT', `/accounts/${accountId}/integration`, { key, body: { active: true } });
    expect(refused.status).toBe(422);
    await api.request('PATCH', `/accounts/${accountId}`, { body: { name: 'Renamed' } });
    await published.newest(accountId, (document) => document?.name === 'Renamed');
    expect(published.of(accountId).map((document) => document?.version)).toEqual([1, 2]);
  });

  it('ends with a tombstone when the account is deleted, and goes on from there when it is made again', async () => {
    const { accountId } = await api.newAccount();
    expect((await api.request('DELETE', `/accounts/${accountId}`)).status).toBe(204);
    expect(await published.newest(accountId, (document) => document === null)).toBeNull();
    await api.request('POST', '/accounts', { body: { accountId, name: 'Again' } });
    expect(await published.newest(accountId, (document) => document !== null)).toMatchObject({
      name: 'Again',
      version: 3,
      portals: [],
      sources: [],
    });
  });

  it('gets what was saved while Kafka was away', async () => {
    const cutOff = await startTestApi({ kafka: { brokers: ['127.0.0.1:1'], ssl: false } });
    let back: RunningService | undefined;
    try {
      const { accountId } = await cutOff.newAccount();
      await cutOff.request('PATCH', `/accounts/${accountId}`, { body: { name: 'Offline' } });
      await cutOff.service.stop();
      back = await startSettingsApi({ ...cutOff.config, kafka: api.config.kafka, logLevel: 'silent' });
      expect(await published.newest(accountId, (document) => document?.version === 2)).toMatchObject({
        name: 'Offline',
      });
    } finally {
      await cutOff.service.stop();
      await back?.stop();
      await cutOff.database.drop();
    }
  });

  it('never holds a token, a source’s secret or an API key; neither does the log', async () => {
    const { accountId, key } = await api.newAccount();
    const at = `/accounts/${accountId}`;
    const portal = await api.request('POST', `${at}/portals`, { key, body: { url: 'canary.amocrm.ru' } });
    const { portalId } = portal.body as { portalId: string };
    const longLivedToken = 'canary-token-6f1c0de';
    await api.request('PUT', `${at}/portals/${portalId}/credentials`, { key, body: { longLivedToken } });
    const source = await api.request('POST', `${at}/pbx-sources`, { key, body: { kind: 'canonical' } });
    const { secret } = source.body as { secret: string };
    await api.request('PUT', `${at}/employees`, { key, body: [{ phones: ['8 (916) 123-45-67'] }] });
    const document = await published.newest(accountId, (newest) => (newest?.employees.length ?? 0) > 0);
    for (const canary of [longLivedToken, secret, key]) {
      expect(JSON.stringify(document)).not.toContain(canary);
      expect(api.log.join('\n')).not.toContain(canary);
    }
    expect(api.log.join('\n')).not.toContain('9161234567');
  });
});
