import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type PbxEmployee } from '@perezvon/contracts';
import { PublishedSettings } from '../testing/published-settings.js';
import { type Answer, startTestApi, type TestApi } from '../testing/settings-api.js';

let api: TestApi;
let at: string;
let key: string;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  const account = await api.newAccount();
  key = account.key;
  at = `/accounts/${account.accountId}`;
});

const put = (what: 'employees' | 'mapping', body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  api.request('PUT', `${at}/${what}`, { key, body, headers });
const putEmployees = async (...employees: object[]): Promise<PbxEmployee[]> =>
  (await put('employees', employees)).body as PbxEmployee[];
const errorsOf = (answer: Answer): string[] =>
  (answer.body as { errors: { path: string; code: string }[] }).errors.map(({ path, code }) => `${path} ${code}`);

describe('employees', () => {
  it('are kept with an id each and with E.164 phones', async () => {
    const [anna] = await putEmployees({ ext: '101', name: 'Анна', phones: ['8 (916) 123-45-67', '+79161234567'] });
    expect(anna).toMatchObject({ ext: '101', name: 'Анна', phones: ['+79161234567'] });
    expect(anna?.employeeId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await api.request('GET', `${at}/employees`, { key })).body).toEqual([anna]);
  });

  it('keep their ids when the PBX’s list comes again without them, so that the mapping stays', async () => {
    const [anna, boris] = await putEmployees({ pbxId: 'a1', ext: '101' }, { login: 'boris' });
    await put('mapping', [{ employeeId: boris?.employeeId, crmUserId: 102 }]);
    const again = await putEmployees({ login: 'boris', name: 'Борис' }, { pbxId: 'a1', ext: '201' }, { ext: '300' });
    expect(again.map((each) => each.employeeId).slice(0, 2)).toEqual([boris?.employeeId, anna?.employeeId]);
    expect((await api.request('GET', `${at}/mapping`, { key })).body).toEqual([
      { employeeId: boris?.employeeId, crmUserId: 102 },
    ]);
  });

  it('take their mapping with them when they go', async () => {
    const [anna] = await putEmployees({ ext: '101' }, { ext: '102' });
    await put('mapping', [{ employeeId: anna?.employeeId, crmUserId: 101 }]);
    await putEmployees({ ext: '102' });
    expect((await api.request('GET', `${at}/mapping`, { key })).body).toEqual([]);
  });

  it('are refused with every problem named', async () => {
    const answer = await put('employees', [{ name: 'Никто' }, { ext: '1' }, { ext: '1' }, { ext: '2', phones: ['x'] }]);
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)).toEqual(['0 missing', '2.ext repeated', '3.phones.0 not_a_number']);
    expect(errorsOf(await put('employees', { ext: '1' }))).toEqual([' wrong_type']);
    expect(errorsOf(await put('employees', ['x', { ext: 1 }, { ext: '1', role: 'boss' }]))).toContain(
      '2.role unknown_field',
    );
  });

  it('are not overwritten by who has seen an older list', async () => {
    expect((await put('employees', [{ ext: '1' }], { 'if-match': '"0"' })).headers.get('etag')).toBe('"1"');
    expect((await put('employees', [{ ext: '2' }], { 'if-match': '"0"' })).status).toBe(412);
  });

  it('are 10 000 at most', async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => ({ ext: String(index) }));
    expect(errorsOf(await put('employees', many))).toEqual([' too_many']);
  });

  it('of one account, too many for a Kafka message, kept every account’s settings from being published', async () => {
    const published = new PublishedSettings();
    await published.start(api.config.kafka.brokers);
    try {
      const list = (length: number) => Array.from({ length }, (_, index) => ({ ext: String(index) }));
      const refused = await put('employees', list(10_000));
      expect([refused.status, (refused.body as { code: string }).code]).toEqual([422, 'settings_too_large']);
      expect((await api.request('GET', `${at}/employees`, { key })).body).toEqual([]);

      const neighbour = await api.newAccount();
      await published.newest(neighbour.accountId);
      expect((await put('employees', list(5_000))).status).toBe(200);
      const accountId = at.slice('/accounts/'.length);
      expect((await published.newest(accountId, (document) => document?.version === 2))?.employees).toHaveLength(5_000);
    } finally {
      await published.stop();
    }
  });
});

describe('the mapping (R14)', () => {
  it('gives each employee one amoCRM user; a user may be several employees', async () => {
    const [anna, boris] = await putEmployees({ ext: '101' }, { ext: '102' });
    const mapping = [
      { employeeId: anna?.employeeId, crmUserId: 101 },
      { employeeId: boris?.employeeId, crmUserId: 101 },
    ];
    const saved = await put('mapping', mapping);
    expect([saved.status, saved.headers.get('etag')]).toEqual([200, '"1"']);
    expect((await api.request('GET', `${at}/mapping`, { key })).body).toEqual(mapping);
    const twice = await put('mapping', [...mapping, { employeeId: anna?.employeeId, crmUserId: 103 }]);
    expect(errorsOf(twice)).toEqual(['2.employeeId repeated']);
  });

  it('refuses employees that are not there', async () => {
    expect(errorsOf(await put('mapping', [{ employeeId: randomUUID(), crmUserId: 1 }]))).toEqual([
      '0.employeeId unknown_employee',
    ]);
    expect(errorsOf(await put('mapping', [{ employeeId: 'x', crmUserId: 0 }]))).toEqual([
      '0.employeeId not_uuid',
      '0.crmUserId too_small',
    ]);
  });
});
