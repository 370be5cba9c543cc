import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, newUser, startTestApi, type TestApi } from '../testing/settings-api.js';

let api: TestApi;
let at: string;
let key: string;

beforeAll(async () => {
  api = await startTestApi();
  const account = await api.newAccount();
  ({ key } = account);
  at = `/accounts/${account.accountId}`;
});
afterAll(() => api.close());

const messagesOf = ({ body }: Answer): string[] =>
  (body as { errors: { message: string }[] }).errors.map((error) => error.message);
const refusal = async (language: string, method: string, path: string, body?: unknown): Promise<string[]> => {
  const headers = { 'accept-language': language };
  return messagesOf(await api.request(method, at + path, { key, headers, ...(body !== undefined && { body }) }));
};
const cell = { enabled: true, action: 'create_contact_and_deal', pipelineId: 'Продажи' };

describe('a refusal named its field by the path alone', () => {
  it.each<[string, string, unknown, string[], string[]]>([
    [
      'POST',
      '/users',
      { ...newUser('viewer'), password: 'short', name: '', login: 'a b' },
      ['Имя: Не может быть пустым.', 'Логин: От 3 до 200 знаков, без пробелов.', 'Пароль: Не короче 10 символов.'],
      ['Name: Must not be empty.', 'Login: 3 to 200 characters without blanks.', 'Password: At least 10 characters.'],
    ],
    [
      'POST',
      '/api-keys',
      { name: 7, role: 'king' },
      ['Для чего ключ: Нужен текст.', 'Права: Такого значения нет. Есть: viewer, operator, account_admin.'],
      [
        'What the key is for: A text is needed.',
        'Rights: There is no such value. There are: viewer, operator, account_admin.',
      ],
    ],
    [
      'PUT',
      '/integration',
      { active: false, outgoing: { cells: { missedKnown: cell }, colour: 'red' } },
      [
        'Исходящие звонки · «colour»: Такого поля нет.',
        'Исходящие звонки · Непринятый звонок существующему клиенту · Воронка: Нужно целое число.',
      ],
      [
        'Outgoing calls · "colour": There is no such field.',
        'Outgoing calls · Unanswered call to an existing client · Pipeline: A whole number is needed.',
      ],
    ],
    [
      'PUT',
      '/integration',
      { active: true },
      [
        'Портал amoCRM: Выберите портал amoCRM.',
        'Входящие звонки · Ответственный менеджер по-умолчанию в amoCRM: Выберите ответственного менеджера по умолчанию.',
        'Исходящие звонки · Ответственный менеджер по-умолчанию в amoCRM: Выберите ответственного менеджера по умолчанию.',
      ],
      [
        'amoCRM portal: Choose an amoCRM portal.',
        'Incoming calls · Default responsible manager in amoCRM: Choose the default responsible user.',
        'Outgoing calls · Default responsible manager in amoCRM: Choose the default responsible user.',
      ],
    ],
    [
      'PUT',
      '/employees',
      [{ ext: '101' }, { ext: '102', phones: ['+79161234567', 'мобильный'] }],
      ['№ 2 · Телефоны · № 2: «мобильный» не похоже на полный номер телефона.'],
      ['no. 2 · Phones · no. 2: "мобильный" does not look like a full phone number.'],
    ],
    [
      'POST',
      '/pbx-sources',
      { kind: 'uis', ringLimitSec: 5, timeZone: 'Europe/Moscow', pull: { enabled: true, url: '' } },
      [
        'Предел дозвона, секунд: Не меньше 15.',
        'Запрашивать у АТС потерявшиеся звонки · Адрес API вашей АТС: Не может быть пустым.',
      ],
      [
        'Ring limit, seconds: No less than 15.',
        'Ask the PBX for lost calls · Address of your PBX’s API: Must not be empty.',
      ],
    ],
    [
      'GET',
      '/calls?from=yesterday&limit=0',
      undefined,
      ['С даты: Нужны дата и время по ISO 8601.', 'Сколько строк показать: Не меньше 1.'],
      ['From: A date and time by ISO 8601 is needed.', 'How many lines to show: No less than 1.'],
    ],
  ])('%s %s %j', async (method, path, body, russian, english) => {
    expect((await refusal('ru', method, path, body)).toSorted()).toEqual(russian.toSorted());
    expect((await refusal('en', method, path, body)).toSorted()).toEqual(english.toSorted());
  });

  it('in the list of what keeps the integration from being active: eight cells lacked «Воронка» in the same words', async () => {
    await api.request('PUT', `${at}/integration`, {
      key,
      body: { active: false, incoming: { cells: { missedKnown: { ...cell, pipelineId: null } } } },
    });
    const { body } = await api.request('GET', `${at}/integration/problems`, {
      key,
      headers: { 'accept-language': 'ru' },
    });
    const messages = (body as { items: { message: string }[] }).items.map((item) => item.message);
    expect(messages).toContain(
      'Входящие звонки · Непринятый звонок от существующего клиента · Воронка: Выберите воронку.',
    );
  });
});
