import { type FieldProblem, type Localized } from '@perezvon/service';
import { isUnsaid, type Owner, settingName } from './setting-names.js';

/** Fields of requests that are no settings. */
const names: Readonly<Record<string, Localized>> = {
  account: { ru: 'Что находится по новому адресу', en: 'What is at the new address' },
  accountId: { ru: 'Номер кабинета', en: 'Id of the account' },
  before: { ru: 'Показать более ранние', en: 'Show earlier ones' },
  call: { ru: 'Звонок', en: 'Call' },
  clientKnown: { ru: 'Клиент', en: 'Client' },
  currentPassword: { ru: 'Текущий пароль', en: 'Present password' },
  cursor: { ru: 'Следующая страница списка', en: 'Next page of the list' },
  days: { ru: 'Хранить, дней', en: 'Keep for, days' },
  deactivate: { ru: 'Выключить и удалить', en: 'Switch off and delete' },
  direction: { ru: 'Направление', en: 'Direction' },
  employeeId: { ru: 'Сотрудник', en: 'Employee' },
  from: { ru: 'С даты', en: 'From' },
  last: { ru: 'Сколько последних звонков', en: 'How many of the newest calls' },
  limit: { ru: 'Сколько строк показать', en: 'How many lines to show' },
  lines: { ru: 'Номера', en: 'Numbers' },
  login: { ru: 'Логин', en: 'Login' },
  longLivedToken: { ru: 'Долгосрочный токен', en: 'Long-lived token' },
  newPassword: { ru: 'Новый пароль', en: 'New password' },
  note: { ru: 'Заметка', en: 'Note' },
  outcome: { ru: 'Исход', en: 'Outcome' },
  parkWaiting: { ru: 'Остановить ждущее', en: 'Stop what waits' },
  password: { ru: 'Пароль', en: 'Password' },
  phone: { ru: 'Номер телефона', en: 'Phone' },
  portal: { ru: 'Портал amoCRM', en: 'amoCRM portal' },
  role: { ru: 'Права', en: 'Rights' },
  rotateSecret: { ru: 'Новый секрет', en: 'New secret' },
  settings: { ru: 'Настройки', en: 'Settings' },
  state: { ru: 'Состояние', en: 'State' },
  talkSec: { ru: 'Разговор, секунд', en: 'Talk, seconds' },
  to: { ru: 'По дату', en: 'To' },
  token: { ru: 'Токен API вашей АТС', en: 'Token of your PBX’s API' },
};

/** What {@link fieldName} cannot know by the field's place alone. */
const ofPull: Localized = { ru: 'Адрес API вашей АТС', en: 'Address of your PBX’s API' };

/**
 * A field in words, as the page calls it: «Входящие звонки · Успешный звонок с неизвестного номера · Воронка», a line of a
 * list by its number. What nobody has named is quoted.
 *
 * @param path as in {@link FieldProblem}; '' and what concerns no single field have no name
 */
export function fieldName(path: string): Localized | null {
  const steps = path.split('.').filter((step) => step !== '' && !isUnsaid(step));
  // An employee is named by the problem itself: it is found elsewhere than in what was sent.
  if (steps.length === 0 || /^employees\.\d+$/.test(path)) return null;
  const owner: Owner = steps.includes('outgoing') ? 'outgoing' : isIndex(steps[0]) ? 'employee' : null;
  const said = (language: keyof Localized): string =>
    steps.map((step, index) => stepName(step, steps[index - 1], owner)[language]).join(' · ');
  return { ru: said('ru'), en: said('en') };
}

/** The problem with its field's name, a colon, and what is wrong. The name is told apart too: at the field itself the page leaves it out. */
export function named(problem: FieldProblem, name: Localized | null = fieldName(problem.path)): FieldProblem {
  if (name === null) return problem;
  const { ru, en } = problem.message;
  return { ...problem, message: { ru: `${name.ru}: ${ru}`, en: `${name.en}: ${en}` }, field: name };
}

function stepName(step: string, before: string | undefined, owner: Owner): Localized {
  if (isIndex(step)) return { ru: `№ ${Number(step) + 1}`, en: `no. ${Number(step) + 1}` };
  if (step === 'url' && before === 'pull') return ofPull;
  const known = settingName(step, owner) ?? (Object.hasOwn(names, step) ? names[step] : undefined);
  const shown = step.slice(0, 50);
  return known ?? { ru: `«${shown}»`, en: `"${shown}"` };
}

const isIndex = (step: string | undefined): boolean => step !== undefined && /^\d+$/.test(step);
