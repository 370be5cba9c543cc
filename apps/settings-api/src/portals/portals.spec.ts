import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CredentialStore } from '@perezvon/credentials';
import { createLogger } from '@perezvon/service';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';
import { TokenEraser } from './token-eraser.js';

let api: TestApi;
let at: string;
let accountId: string;
let key: string;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  ({ accountId, key } = await api.newAccount());
  at = `/accounts/${accountId}/portals`;
});

const add = async (url: string, name?: string): Promise<string> => {
  const { body } = await api.request('POST', at, { key, body: { url, ...(name !== undefined && { name }) } });
  return (body as { portalId: string }).portalId;
};
const giveToken = (portalId: string, longLivedToken = 'a-token'): Promise<Answer> =>
  api.request('PUT', `${at}/${portalId}/credentials`, { key, body: { longLivedToken } });
const store = (): CredentialStore => new CredentialStore(api.database.dataSource, api.config.credentialsKeys);
const codeOf = (answer: Answer): unknown => (answer.body as { code: unknown }).code;

describe('a portal', () => {
  it.each([
    ['demo.amocrm.ru', 'https://demo.amocrm.ru'],
    ['HTTP://Demo.amoCRM.ru/leads/pipeline/?x=1', 'https://demo.amocrm.ru'],
    ['https://shop.kommo.com/', 'https://shop.kommo.com'],
    ['http://127.0.0.1:3010/', 'http://127.0.0.1:3010'],
  ])('added as %s is kept as %s', async (typed, url) => {
    const portalId = await add(typed, 'Основной');
    const { body } = await api.request('GET', `${at}/${portalId}`, { key });
    expect(body).toMatchObject({ portalId, url, name: 'Основной', hasCredentials: false });
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data', 'url_host'],
    ['http://127.0.0.1:5432', 'url_host'],
    ['https://amocrm.ru.evil.example', 'url_host'],
    ['https://demo.amocrm.ru@evil.example', 'url_userinfo'],
    ['https://demo.amocrm.ru:8443', 'url_port'],
    ['file:///etc/passwd', 'url_scheme'],
  ])('cannot be %s', async (url, code) => {
    const answer = await api.request('POST', at, { key, body: { url } });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ path: 'url', code }] });
  });

  it('is added once, whatever the spelling', async () => {
    await add('demo.amocrm.ru');
    const second = await api.request('POST', at, { key, body: { url: 'https://DEMO.amocrm.ru/' } });
    expect([second.status, codeOf(second)]).toEqual([409, 'portal_exists']);
  });

  it('can be renamed, and lose its name', async () => {
    const portalId = await add('demo.amocrm.ru', 'Один');
    const renamed = await api.request('PATCH', `${at}/${portalId}`, { key, body: { name: 'Два' } });
    expect(renamed.body).toMatchObject({ name: 'Два', url: 'https://demo.amocrm.ru' });
    expect((await api.request('PATCH', `${at}/${portalId}`, { key, body: { name: null } })).body).toMatchObject({
      name: null,
    });
    expect((await api.request('PATCH', `${at}/${portalId}`, { key, body: { url: null } })).status).toBe(422);
  });

  it('changes its address freely until it has credentials: another address may be another amoCRM', async () => {
    const portalId = await add('tpyo.amocrm.ru');
    const mended = await api.request('PATCH', `${at}/${portalId}`, { key, body: { url: 'typo.amocrm.ru' } });
    expect(mended.body).toMatchObject({ url: 'https://typo.amocrm.ru' });
    await giveToken(portalId);
    const refused = await api.request('PATCH', `${at}/${portalId}`, { key, body: { url: 'other.amocrm.ru' } });
    expect([refused.status, codeOf(refused)]).toEqual([409, 'portal_address_change']);
    const same = await api.request('PATCH', `${at}/${portalId}`, { key, body: { url: 'TYPO.amocrm.ru', name: 'x' } });
    expect(same.status).toBe(200);
  });

  it('has an empty copy of amoCRM until the writer has read it', async () => {
    const portalId = await add('demo.amocrm.ru');
    const { body } = await api.request('GET', `${at}/${portalId}/crm`, { key });
    expect(body).toEqual({ readAt: null, ageSec: null, stop: null, pipelines: [], users: [], taskTypes: [] });
  });
});

describe('credentials', () => {
  it('are stored encrypted for the writer, and never read back', async () => {
    const portalId = await add('demo.amocrm.ru');
    const answer = await giveToken(portalId, '  eyJ-canary-token\n');
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await store().token(portalId))?.accessToken.reveal()).toBe('eyJ-canary-token');
    const seen = await api.request('GET', `${at}/${portalId}`, { key });
    expect(seen.body).toMatchObject({ hasCredentials: true });
    expect(seen.text).not.toContain('canary');
  });

  it('grow a revision with each change, so that the writer looks again', async () => {
    const portalId = await add('demo.amocrm.ru');
    for (const revision of [1, 2]) {
      await giveToken(portalId, `token-${revision}`);
      const rows: unknown = await api.database.dataSource.query(
        'select credentials_revision as revision from settings.portals where portal_id = $1',
        [portalId],
      );
      expect(rows).toEqual([{ revision }]);
    }
  });

  it('a portal added with a mistyped token stood half done and could not be added again: nothing is stored', async () => {
    const wrong = { url: 'demo.amocrm.ru', longLivedToken: 'токен' };
    const refused = await api.request('POST', at, { key, body: wrong });
    expect([refused.status, refused.body]).toMatchObject([422, { errors: [{ path: 'longLivedToken' }] }]);
    expect((await api.request('GET', at, { key })).body).toMatchObject({ items: [] });

    const right = await api.request('POST', at, { key, body: { ...wrong, longLivedToken: 'a-token' } });
    expect(right.body).toMatchObject({ url: 'https://demo.amocrm.ru', hasCredentials: true });
    const { portalId } = right.body as { portalId: string };
    const change = { name: 'Другое имя', longLivedToken: 'токен' };
    expect((await api.request('PATCH', `${at}/${portalId}`, { key, body: change })).status).toBe(422);
    expect((await api.request('GET', `${at}/${portalId}`, { key })).body).toMatchObject({ name: null });
  });

  it('that are no token are refused in words', async () => {
    const answer = await giveToken(await add('demo.amocrm.ru'), 'два слова');
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ path: 'longLivedToken', code: 'malformed_token' }] });
    expect(answer.text).not.toContain('слова');
  });
});

describe('deleting a portal', () => {
  it('erases its token', async () => {
    const portalId = await add('demo.amocrm.ru');
    await giveToken(portalId);
    expect((await api.request('DELETE', `${at}/${portalId}`, { key })).status).toBe(204);
    expect(await store().token(portalId)).toBeUndefined();
    expect((await api.request('GET', `${at}/${portalId}`, { key })).status).toBe(404);
    expect((await api.request('DELETE', `${at}/${portalId}`, { key })).status).toBe(404);
  });

  it('is refused while the integration uses it, and says so; deactivate=true switches off and deletes', async () => {
    const portalId = await add('demo.amocrm.ru');
    await giveToken(portalId);
    const integration = `/accounts/${accountId}/integration`;
    const responsible = { defaultResponsibleUserId: 101 };
    const body = { active: true, portalId, incoming: responsible, outgoing: responsible };
    expect((await api.request('PUT', integration, { key, body })).status).toBe(200);
    const refused = await api.request('DELETE', `${at}/${portalId}`, { key });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'portal_in_use', usedBy: [{ kind: 'integration', active: true }] });
    expect((await api.request('DELETE', `${at}/${portalId}?deactivate=maybe`, { key })).status).toBe(422);
    expect((await api.request('DELETE', `${at}/${portalId}?deactivate=true`, { key })).status).toBe(204);
    expect((await api.request('GET', integration, { key })).body).toMatchObject({
      active: false,
      portalId: null,
      incoming: responsible,
    });
  });

  it('erases the tokens of all portals with their account', async () => {
    const portalId = await add('demo.amocrm.ru');
    await giveToken(portalId);
    await api.request('DELETE', `/accounts/${accountId}`);
    expect(await store().token(portalId)).toBeUndefined();
  });

  it('is finished by the next run when the token could not be erased at once', async () => {
    const portalId = await add('demo.amocrm.ru');
    await giveToken(portalId);
    const { dataSource } = api.database;
    await dataSource.query('update settings.portals set deleted_at = now() where portal_id = $1', [portalId]);
    const logger = createLogger({ service: 'spec', level: 'silent' });
    await dataSource.query('alter table credentials.portal_tokens rename to hidden');
    await new TokenEraser(dataSource, store(), logger, () => Promise.resolve(null)).erase();
    await dataSource.query('alter table credentials.hidden rename to portal_tokens');
    expect(await store().token(portalId)).toBeDefined();
    await new TokenEraser(dataSource, store(), logger, () => Promise.resolve(null)).erase();
    expect(await store().token(portalId)).toBeUndefined();
    expect(await dataSource.query('select 1 from settings.portals where portal_id = $1', [portalId])).toEqual([]);
  });
});
