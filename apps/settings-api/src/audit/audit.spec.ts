import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { CrmCopies } from '../portals/crm-copies.js';
import { portalCopy } from '../testing/portal-copy.js';
import { type Answer, newUser, startTestApi, type TestApi } from '../testing/settings-api.js';

let api: TestApi;
let accountId: string;
let key: string;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  ({ accountId, key } = await api.newAccount());
});

interface Line {
  readonly revision: number;
  readonly change: string;
  readonly text: string;
  readonly actor: { readonly kind: string; readonly name: string };
  readonly differences: readonly { readonly path: string; readonly text: string }[];
}

const call = (method: string, path: string, body?: unknown, language = 'ru'): Promise<Answer> =>
  api.request(method, `/accounts/${accountId}${path}`, {
    key,
    headers: { 'accept-language': language },
    ...(body !== undefined && { body }),
  });
const audit = async (language?: string): Promise<Line[]> =>
  ((await call('GET', '/audit', undefined, language)).body as { items: Line[] }).items;
const save = (unsortedRecordWaitSec: number): Promise<Answer> =>
  call('PUT', '/integration', { active: false, incoming: { unsortedRecordWaitSec } });

describe('the audit', () => {
  it('tells who changed what, when, with the difference in words', async () => {
    await save(30);
    const [line] = await audit();
    expect(line).toMatchObject({
      change: 'integration_saved',
      text: 'Настройки интеграции сохранены',
      actor: { kind: 'api_key', name: 'spec' },
      canBeRestored: true,
      differences: [
        {
          path: 'integration.incoming.unsortedRecordWaitSec',
          before: 60,
          after: 30,
          text: 'Входящие звонки · Сколько секунд запись в неразобранном ждёт ссылку на разговор: 60 → 30',
        },
      ],
    });
    expect((await audit('en'))[0]?.differences[0]?.text).toBe(
      'Incoming calls · Seconds that a record in unsorted waits for the recording: 60 → 30',
    );
  });

  it('named a PBX source by its id in the database', async () => {
    const { body } = await call('POST', '/pbx-sources', { kind: 'uis', instance: 'Склад' });
    const { sourceId } = body as { sourceId: string };
    await call('PATCH', `/pbx-sources/${sourceId}`, { ringLimitSec: 60 });
    const [changed] = await audit();
    expect(changed?.differences.map(({ text }) => text)).toEqual([
      'Телефония · «МегаФон «Контакт-платформа», UIS» Склад · Предел дозвона, секунд: 120 → 60',
    ]);
  });

  it('says choices as the page does, and ids by their names', async () => {
    const portal = await call('POST', '/portals', { url: 'demo.amocrm.ru', name: 'Основной' });
    const { portalId } = portal.body as { portalId: string };
    await new CrmCopies(api.database.dataSource).store([portalCopy(accountId, portalId)]);
    const [employeeId, unmapped] = [randomUUID(), randomUUID()];
    await call('PUT', '/employees', [
      { employeeId, ext: '101', phones: [], name: 'Анна Петрова' },
      { employeeId: unmapped, ext: '102', phones: ['+79161234567'] },
    ]);
    await call('PUT', '/mapping', [{ employeeId, crmUserId: 101 }]);
    const cell = { enabled: true, action: 'create_contact_and_deal', pipelineId: 2, statusId: 21 };
    const incoming = { cells: { answeredUnknown: cell }, defaultResponsibleUserId: 102 };
    expect((await call('PUT', '/integration', { active: false, portalId, incoming })).status).toBe(200);
    const [integration, mapping, employees] = await audit();
    const cellsPlace = 'Входящие звонки · Успешный звонок с неизвестного номера';
    expect(integration?.differences.map(({ text }) => text)).toEqual([
      'Портал amoCRM: — → «Основной»',
      `${cellsPlace} · включено: нет → да`,
      `${cellsPlace} · Действие: — → «Создавать новый контакт и сделку»`,
      `${cellsPlace} · Воронка: — → «Повторные»`,
      `${cellsPlace} · Этап: — → «Новое»`,
      'Входящие звонки · Ответственный менеджер по-умолчанию в amoCRM: — → «Борис»',
    ]);
    expect(mapping?.differences.map(({ text }) => text)).toEqual([
      'Сопоставление пользователей · Анна Петрова: — → Пользователь amoCRM «Анна»',
    ]);
    expect(employees?.differences.map(({ text }) => text)).toEqual([
      'Сотрудники · Анна Петрова: — → Внутренний номер «101», Имя «Анна Петрова»',
      'Сотрудники · 102: — → Внутренний номер «102», Телефоны «+79161234567»',
    ]);
  });

  it('names a person who is logged in', async () => {
    const user = newUser('operator');
    await call('POST', '/users', user);
    const opened = await api.request('POST', '/session', {
      key: null,
      body: { login: user.login, password: user.password },
    });
    const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const { csrfToken } = opened.body as { csrfToken: string };
    await api.request('PUT', `/accounts/${accountId}/mapping`, {
      key: null,
      headers: { cookie, 'x-csrf-token': csrfToken },
      body: [],
    });
    const [mapping, added] = await audit();
    expect(mapping).toMatchObject({ change: 'mapping_saved', actor: { kind: 'user', name: user.name } });
    expect(added).toMatchObject({ change: 'user_added', text: `Пользователь добавлен: ${user.login}` });
  });

  it('tells of every kind of change, of none that was refused, and no secret', async () => {
    const portal = await call('POST', '/portals', { url: 'demo.amocrm.ru' });
    const { portalId } = portal.body as { portalId: string };
    await call('PUT', `/portals/${portalId}/credentials`, { longLivedToken: 'canary-token' });
    const source = await call('POST', '/pbx-sources', { kind: 'uis' });
    await call('POST', '/api-keys', { name: 'script', role: 'viewer' });
    await call('PUT', '/integration', { active: true });
    const answer = await call('GET', '/audit');
    expect((answer.body as { items: Line[] }).items.map((line) => line.change)).toEqual([
      'key_added',
      'source_added',
      'credentials_changed',
      'portal_added',
      'key_added',
      'account_created',
    ]);
    expect(answer.text).not.toContain('canary');
    expect(answer.text).not.toContain((source.body as { secret: string }).secret);
    expect(answer.text).not.toContain('secretHash');
  });

  it('comes page by page', async () => {
    for (const seconds of [10, 20, 30]) await save(seconds);
    const first = await call('GET', '/audit?limit=2');
    const { items, nextCursor } = first.body as { items: Line[]; nextCursor: string };
    const second = await call('GET', `/audit?limit=2&cursor=${nextCursor}`);
    const revisions = [...items, ...(second.body as { items: Line[] }).items].map((line) => line.revision);
    expect(revisions).toHaveLength(4);
    expect(revisions).toEqual(revisions.toSorted((a, b) => b - a));
  });
});

describe('restoring', () => {
  it('saves again what a change had saved, as a change of its own', async () => {
    await save(30);
    await save(45);
    const before = (await audit()).find((line) => line.differences[0]?.text.endsWith('60 → 30'));
    expect((await call('POST', `/audit/${before?.revision}/restore`)).status).toBe(204);
    expect((await call('GET', '/integration')).body).toMatchObject({ incoming: { unsortedRecordWaitSec: 30 } });
    expect((await audit())[0]?.differences[0]?.text).toMatch(/45 → 30$/);
  });

  it('checks what it saves: a portal that is gone is named', async () => {
    const portal = await call('POST', '/portals', { url: 'demo.amocrm.ru' });
    const { portalId } = portal.body as { portalId: string };
    await call('PUT', '/integration', { active: false, portalId });
    const [saved] = await audit();
    await call('DELETE', `/portals/${portalId}?deactivate=true`);
    const answer = await call('POST', `/audit/${saved?.revision}/restore`);
    expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ path: 'portalId' }] }]);
  });

  it('is refused where there is nothing to restore, or nothing of this account', async () => {
    const [created] = (await audit()).slice(-1);
    const answer = await call('POST', `/audit/${created?.revision}/restore`);
    expect([answer.status, answer.body]).toMatchObject([409, { code: 'nothing_to_restore' }]);
    const other = await api.newAccount();
    const path = `/accounts/${other.accountId}/audit/${created?.revision}/restore`;
    expect((await api.request('POST', path, { key: other.key })).status).toBe(404);
    for (const revision of ['x', '0', '99999999999999999999']) {
      expect((await call('POST', `/audit/${revision}/restore`)).status).toBe(404);
    }
  });
});
