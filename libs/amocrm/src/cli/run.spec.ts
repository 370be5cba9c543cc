import { afterEach, describe, expect, it } from '@jest/globals';
import { answer, ScriptedPortal, type Step } from '../testing/scripted-portal.js';
import { run } from './run.js';

let portal: ScriptedPortal;
afterEach(() => portal.stop());

const token = 'canary-token-of-the-spec';

async function say(words: string, steps: Step[], env: Record<string, string> = { AMOCRM_TOKEN: token }) {
  portal = await ScriptedPortal.start(steps);
  const said = { out: '', err: '' };
  const code = await run(words === '' ? [] : words.split(' '), {
    env: { AMOCRM_URL: portal.origin, AMOCRM_EXTRA_ORIGINS: portal.origin, ...env },
    readFile: (name) =>
      name === 'token.txt'
        ? Promise.resolve(`${token}\n`)
        : Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
  });
  expect(said.out + said.err).not.toContain('canary');
  return { ...said, code };
}

const list = (name: string, items: object[]): Step => answer(200, { _page: 1, _embedded: { [name]: items } });
const contact = (id: number, name: string, phone: string): object => ({
  id,
  name,
  responsible_user_id: 101,
  updated_at: 1_767_225_600,
  custom_fields_values: [{ field_id: 1, field_code: 'PHONE', values: [{ value: phone, enum_code: 'MOB' }] }],
  _embedded: { leads: [{ id: 70 }] },
});

describe('amocrm find-phone', () => {
  const steps = [
    list('contacts', [contact(7, 'Иван', '8 (916) 123-45-67'), contact(8, 'Пётр', '+74950000000')]),
    answer(204),
  ];

  it('tells who has the phone, and whom the search only found by another field', async () => {
    const { out, code } = await say('find-phone +7(916)123-45-67', steps);
    expect(out).toMatch(/contact\s+7\s+Иван\s+8 \(916\) 123-45-67\s+yes\s+101\s+70\s+2026-01-01 00:00 UTC/u);
    expect(out).toMatch(/contact\s+8\s+Пётр\s+\+74950000000\s+no: found by another field/u);
    expect(code).toBe(0);
    expect(portal.requests.map(({ path }) => path)).toEqual([
      '/api/v4/contacts?query=9161234567&with=leads&limit=250&page=1',
      '/api/v4/companies?query=9161234567&with=leads&limit=250&page=1',
    ]);
  });

  it('gives programs the data', async () => {
    const { out } = await say('find-phone 89161234567 --json', steps);
    expect(JSON.parse(out)).toMatchObject([
      { id: 7, hasPhone: true, leadIds: [70] },
      { id: 8, hasPhone: false },
    ]);
  });

  it('says so when there is nobody', async () => {
    expect(await say('find-phone 9161234567', [answer(204)])).toMatchObject({ out: 'nothing found', code: 0 });
  });

  it('asks nothing for what is no number', async () => {
    expect(await say('find-phone 123', [answer(204)])).toMatchObject({ code: 2 });
    expect(portal.requests).toHaveLength(0);
  });
});

describe('amocrm', () => {
  it.each([
    ['account', answer(200, { id: 1, name: 'Демо', subdomain: 'demo', is_unsorted_on: true }), /Демо \(1\)/u],
    [
      'pipelines',
      list('pipelines', [
        {
          ...{ id: 9, name: 'Воронка', sort: 1, is_main: true },
          _embedded: { statuses: [{ id: 142, name: 'Успешно', sort: 1, type: 0, pipeline_id: 9 }] },
        },
      ]),
      /Воронка\s+9\s+Успешно\s+142\s+main/u,
    ],
    [
      'users',
      list('users', [{ id: 3, name: 'Анна', email: 'a@demo.example', rights: { is_admin: true, is_active: false } }]),
      /Анна\s+3\s+a@demo\.example\s+no\s+yes/u,
    ],
    [
      'unsorted --limit 5',
      list('unsorted', [{ uid: 'u1', category: 'sip', created_at: 0, metadata: { phone: '79161234567' } }]),
      /1970-01-01 00:00 UTC\s+sip\s+u1\s+79161234567/u,
    ],
    [
      'notes contacts 7',
      list('notes', [{ id: 900, entity_id: 7, note_type: 'call_in', params: { uniq: 'call-1', duration: 12 } }]),
      /900\s+call_in\s+call-1\s+12/u,
    ],
    [
      'fields leads',
      list('custom_fields', [{ id: 5, name: 'Perezvon', type: 'text', code: 'PEREZVON', is_api_only: true }]),
      /Perezvon\s+5\s+text\s+PEREZVON\s+yes/u,
    ],
    [
      'webhooks',
      list('webhooks', [{ id: 5, destination: 'https://a.example/v1/canary', settings: ['add_lead'], disabled: true }]),
      /5\s+a\.example\s+switched off by amoCRM\s+add_lead/u,
    ],
  ])('%s shows what the account has', async (words, step, line) => {
    const { out, code } = await say(words, [step]);
    expect(out).toMatch(line);
    expect(code).toBe(0);
  });

  it('takes the token from a file', async () => {
    await say('account --token-file token.txt', [answer(200, { id: 1, subdomain: 'demo' })], {});
    expect(portal.requests[0]?.headers.get('authorization')).toBe(`Bearer ${token}`);
  });

  it('lets nobody’s text play with the terminal', async () => {
    const steps = [answer(200, { id: 1, name: 'a\u001b[31mb\nc', subdomain: 'demo' })];
    expect((await say('account', steps)).out).toContain('a [31mb c (1)');
  });

  it('explains itself', async () => {
    expect(await say('', [answer(204)])).toMatchObject({
      code: 0,
      out: expect.stringContaining('find-phone <number>'),
    });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['accounts', { AMOCRM_TOKEN: token }, /no command accounts/u],
    ['toString', { AMOCRM_TOKEN: token }, /no command toString/u],
    ['account --url https://evil.example', { AMOCRM_TOKEN: token }, /not the address/u],
    ['account', {}, /--token-file/u],
    ['account --token canary', {}, /--token/u],
    ['notes people 7', { AMOCRM_TOKEN: token }, /kind of card/u],
    ['unsorted --limit 1000', { AMOCRM_TOKEN: token }, /1 to 250/u],
  ])('%s is not understood, says why, and asks nothing', async (words, env, why) => {
    const { err, code } = await say(words, [answer(204)], env);
    expect(err).toMatch(why);
    expect(code).toBe(2);
    expect(portal.requests).toHaveLength(0);
  });

  it.each<[string, Step, RegExp]>([
    ['a wrong token', answer(401, { title: 'Unauthorized', status: 401, detail: token }), /Make a new one/u],
    ['an unpaid account', answer(402, { title: 'Payment Required', status: 402 }), /has to be paid/u],
    ['a block', answer(403, '<html>nginx</html>'), /Only amoCRM’s support/u],
    ['no right', answer(403, { title: 'Forbidden', status: 403 }), /an administrator has given/u],
  ])('says what to do about %s, and the id for support', async (_what, step, what) => {
    const { err, code } = await say('users', [step]);
    expect(err).toMatch(what);
    expect(err).toContain('request req-1');
    expect(code).toBe(1);
  });

  it('says when the token’s file cannot be read', async () => {
    expect(await say('account --token-file gone.txt', [answer(204)], {})).toMatchObject({
      err: 'gone.txt cannot be read: ENOENT',
      code: 1,
    });
  });
});
