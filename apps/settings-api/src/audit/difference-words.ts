import { type Localized } from '@perezvon/service';
import { type SettingsDifference } from './differences.js';
import { type KnownNames, noNames } from './known-names.js';
import { valueInWords } from './value-words.js';

/** The names of settings as the page calls them. */
const names: Readonly<Record<string, Localized>> = {
  name: { ru: 'Название', en: 'Name' },
  personsName: { ru: 'Имя', en: 'Name' },
  active: { ru: 'Интеграция активна', en: 'Integration is active' },
  portalId: { ru: 'Портал', en: 'Portal' },
  incoming: { ru: 'Входящие звонки', en: 'Incoming calls' },
  outgoing: { ru: 'Исходящие звонки', en: 'Outgoing calls' },
  answeredUnknown: { ru: 'Успешный звонок с неизвестного номера', en: 'Answered, unknown number' },
  missedUnknown: { ru: 'Непринятый звонок с неизвестного номера', en: 'Missed, unknown number' },
  answeredKnown: { ru: 'Успешный звонок от существующего клиента', en: 'Answered, known client' },
  missedKnown: { ru: 'Непринятый звонок от существующего клиента', en: 'Missed, known client' },
  enabled: { ru: 'включено', en: 'on' },
  action: { ru: 'Действие', en: 'Action' },
  pipelineId: { ru: 'Воронка', en: 'Pipeline' },
  statusId: { ru: 'Этап', en: 'Stage' },
  tagging: { ru: 'Добавлять теги к сделке и контакту', en: 'Tag deal and contact' },
  number: { ru: 'Номер', en: 'Number' },
  answeredTask: { ru: 'Создавать задачу сотруднику, принявшему звонок', en: 'Task for who took the call' },
  missedTask: { ru: 'Создавать задачу по непринятому звонку', en: 'Task for a missed call' },
  text: { ru: 'Текст', en: 'Text' },
  dueInMinutes: { ru: 'Срок, мин', en: 'Due in, min' },
  taskTypeId: { ru: 'Тип задачи', en: 'Task type' },
  defaultResponsibleUserId: { ru: 'Ответственный менеджер по-умолчанию в amoCRM', en: 'Default responsible in amoCRM' },
  filteredNumbers: { ru: 'Фильтровать звонки', en: 'Filtered numbers' },
  logCalls: { ru: 'Записывать звонки в карточку', en: 'Note calls on cards' },
  createAt: { ru: 'Когда создавать', en: 'When to create' },
  acceptedBy: { ru: 'Принявшим считать', en: 'Who took the call' },
  activeDealScope: { ru: 'Где искать активную сделку', en: 'Where to look for an active deal' },
  hiddenNumbers: { ru: 'Скрытые номера', en: 'Hidden numbers' },
  unsortedRecordWaitSec: { ru: 'Ждать запись разговора, с', en: 'Wait for the recording, s' },
  personalManagerRouting: { ru: 'Переадресация на персонального менеджера', en: 'Personal manager routing' },
  portals: { ru: 'Учётные данные', en: 'Portals' },
  url: { ru: 'AmoCRM URL', en: 'AmoCRM URL' },
  credentialsRevision: { ru: 'Доступ', en: 'Credentials' },
  employees: { ru: 'Сотрудники', en: 'Employees' },
  phones: { ru: 'Телефоны', en: 'Phones' },
  mapping: { ru: 'Сопоставление пользователей', en: 'Mapping of users' },
  crmUserId: { ru: 'Пользователь amoCRM', en: 'amoCRM user' },
  sources: { ru: 'Источники АТС', en: 'PBX sources' },
  timeZone: { ru: 'Часовой пояс', en: 'Time zone' },
  settleDelaySec: { ru: 'Задержка уточнения, с', en: 'Settle delay, s' },
  ringLimitSec: { ru: 'Предел вызова, с', en: 'Ring limit, s' },
  routeFallback: { ru: 'Если менеджер не найден', en: 'If no manager is found' },
  kind: { ru: 'Вид АТС', en: 'Kind of PBX' },
  instance: { ru: 'Имя кабинета', en: 'Name of the cabinet' },
  fieldMap: { ru: 'Имена параметров', en: 'Names of parameters' },
  pull: { ru: 'Запрос пропущенных событий у АТС', en: 'Asking the PBX for lost events' },
  pbxId: { ru: 'Номер в АТС', en: 'Id in the PBX' },
  login: { ru: 'Логин АТС', en: 'PBX login' },
  ext: { ru: 'Внутренний номер', en: 'Extension' },
  email: { ru: 'Почта', en: 'E-mail' },
  isDisabled: { ru: 'Отключён в АТС', en: 'Disabled in the PBX' },
};

/** What the page calls otherwise in the block of outgoing calls. */
const ofOutgoing: Readonly<Record<string, Localized>> = {
  answeredUnknown: { ru: 'Успешный звонок на неизвестный номер', en: 'Answered, unknown number' },
  missedUnknown: { ru: 'Непринятый звонок на неизвестный номер', en: 'Missed, unknown number' },
  answeredKnown: { ru: 'Успешный звонок существующему клиенту', en: 'Answered, known client' },
  missedKnown: { ru: 'Непринятый звонок существующему клиенту', en: 'Missed, known client' },
};

/** Steps of the path that say nothing to a person. */
const unsaid = new Set(['integration', 'cells']);

/** Ids by which the things of a list are known: their path says them already. */
const identities = new Set(['portalId', 'sourceId', 'employeeId']);

/** «Входящие звонки · Действие: «Создавать новый контакт» → «Создавать сделку всегда»». */
export function differenceInWords(
  { path, before, after }: SettingsDifference,
  language: keyof Localized,
  known: KnownNames = noNames,
): string {
  const steps = path.split('.').filter((step) => !unsaid.has(step));
  const isOutgoing = steps.includes('outgoing');
  const nameOf = (step: string): string =>
    (isOutgoing ? ofOutgoing[step]?.[language] : undefined) ??
    names[step === 'name' && steps[0] === 'employees' ? 'personsName' : step]?.[language] ??
    known.ours.get(step) ??
    step;

  /** Also of a whole thing, such as an employee who was added. */
  const words = (setting: string, value: unknown): string => {
    if (Array.isArray(value)) return value.map((each) => words(setting, each)).join(', ') || '—';
    if (typeof value !== 'object' || value === null) return valueInWords(setting, value, known, language);
    const told = Object.entries(value).filter(([name, part]) => !identities.has(name) && !isEmpty(part));
    return told.map(([name, part]) => `${nameOf(name)} ${words(name, part)}`).join(', ') || noWords[language];
  };
  const value = (of: unknown): string => words(steps.at(-1) ?? '', of);
  return `${steps.map(nameOf).join(' · ')}: ${value(before)} → ${value(after)}`;
}

const isEmpty = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);
const noWords: Localized = { ru: 'есть', en: 'there' };
