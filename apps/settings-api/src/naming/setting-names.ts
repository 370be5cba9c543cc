import { type Localized } from '@perezvon/service';

/** The names of settings as the page calls them: the history and every problem use these. */
const names: Readonly<Record<string, Localized>> = {
  name: { ru: 'Название', en: 'Name' },
  active: { ru: 'Интеграция активна', en: 'Integration is active' },
  portalId: { ru: 'Портал amoCRM', en: 'amoCRM portal' },
  incoming: { ru: 'Входящие звонки', en: 'Incoming calls' },
  outgoing: { ru: 'Исходящие звонки', en: 'Outgoing calls' },
  answeredUnknown: { ru: 'Успешный звонок с неизвестного номера', en: 'Answered call from an unknown number' },
  missedUnknown: { ru: 'Непринятый звонок с неизвестного номера', en: 'Missed call from an unknown number' },
  answeredKnown: { ru: 'Успешный звонок от существующего клиента', en: 'Answered call from an existing client' },
  missedKnown: { ru: 'Непринятый звонок от существующего клиента', en: 'Missed call from an existing client' },
  enabled: { ru: 'включено', en: 'on' },
  action: { ru: 'Действие', en: 'Action' },
  pipelineId: { ru: 'Воронка', en: 'Pipeline' },
  statusId: { ru: 'Этап', en: 'Stage' },
  tagging: { ru: 'Добавлять теги к сделке и контакту', en: 'Add tags to the deal and contact' },
  number: { ru: 'Какой номер', en: 'Which number' },
  answeredTask: {
    ru: 'Создавать задачу сотруднику, принявшему звонок',
    en: 'Create a task for the employee who took the call',
  },
  missedTask: { ru: 'Создавать задачу по непринятому звонку', en: 'Create a task for a missed call' },
  text: { ru: 'Текст задачи', en: 'Text of the task' },
  dueInMinutes: { ru: 'Срок, минут после звонка', en: 'Due, minutes after the call' },
  taskTypeId: { ru: 'Тип задачи', en: 'Type of task' },
  defaultResponsibleUserId: {
    ru: 'Ответственный менеджер по-умолчанию в amoCRM',
    en: 'Default responsible manager in amoCRM',
  },
  filteredNumbers: { ru: 'Фильтровать входящие звонки', en: 'Filter incoming calls' },
  logCalls: { ru: 'Записывать звонок в карточку клиента', en: "Write the call into the client's card" },
  createAt: {
    ru: 'Когда создавать контакт и сделку успешного звонка',
    en: 'When to create the contact and deal of an answered call',
  },
  acceptedBy: {
    ru: 'Кто считается принявшим звонок, если его переводили',
    en: 'Who took a call that was transferred',
  },
  activeDealScope: { ru: 'Где искать открытую сделку', en: 'Where to look for an open deal' },
  hiddenNumbers: { ru: 'Звонки со скрытого номера', en: 'Calls from a hidden number' },
  unsortedRecordWaitSec: {
    ru: 'Сколько секунд запись в неразобранном ждёт ссылку на разговор',
    en: 'Seconds that a record in unsorted waits for the recording',
  },
  personalManagerRouting: {
    ru: 'Переадресация на персонального менеджера',
    en: 'Forward to the personal manager',
  },
  portals: { ru: 'Учетные данные', en: 'Portals' },
  url: { ru: 'AmoCRM URL', en: 'AmoCRM URL' },
  credentialsRevision: { ru: 'Доступ', en: 'Credentials' },
  employees: { ru: 'Сотрудники', en: 'Employees' },
  phones: { ru: 'Телефоны', en: 'Phones' },
  mapping: { ru: 'Сопоставление пользователей', en: 'Mapping of users' },
  crmUserId: { ru: 'Пользователь amoCRM', en: 'amoCRM user' },
  sources: { ru: 'Телефония', en: 'Telephony' },
  timeZone: { ru: 'Часовой пояс АТС', en: 'Time zone of the PBX' },
  settleDelaySec: { ru: 'Ждать уточнений, секунд', en: 'Wait for corrections, seconds' },
  ringLimitSec: { ru: 'Предел дозвона, секунд', en: 'Ring limit, seconds' },
  routeFallback: { ru: 'Если персонального менеджера нет', en: 'If there is no personal manager' },
  kind: { ru: 'Вид АТС', en: 'Kind of PBX' },
  instance: { ru: 'Имя кабинета', en: 'Name of the cabinet' },
  fieldMap: { ru: 'Имена параметров', en: 'Names of parameters' },
  pull: { ru: 'Запрашивать у АТС потерявшиеся звонки', en: 'Ask the PBX for lost calls' },
  pbxId: { ru: 'Номер в АТС', en: 'Id in the PBX' },
  ext: { ru: 'Внутренний номер', en: 'Extension' },
  email: { ru: 'Почта', en: 'E-mail' },
  isDisabled: { ru: 'Отключён', en: 'Disabled' },
};

/** What the page calls otherwise in the block of outgoing calls. */
const ofOutgoing: Readonly<Record<string, Localized>> = {
  answeredUnknown: { ru: 'Успешный звонок на неизвестный номер', en: 'Answered call to an unknown number' },
  missedUnknown: { ru: 'Непринятый звонок на неизвестный номер', en: 'Unanswered call to an unknown number' },
  answeredKnown: { ru: 'Успешный звонок существующему клиенту', en: 'Answered call to an existing client' },
  missedKnown: { ru: 'Непринятый звонок существующему клиенту', en: 'Unanswered call to an existing client' },
  answeredTask: {
    ru: 'Создавать задачу сотруднику, который звонил',
    en: 'Create a task for the employee who called',
  },
  filteredNumbers: { ru: 'Фильтровать исходящие звонки', en: 'Filter outgoing calls' },
};

/** What is of a person, and not of a thing. */
const ofEmployee: Readonly<Record<string, Localized>> = {
  name: { ru: 'Имя', en: 'Name' },
  login: { ru: 'Логин АТС', en: 'PBX login' },
  isDisabled: { ru: 'Отключён в АТС', en: 'Disabled in the PBX' },
};

/** Whose setting it is, where one name means several things. */
export type Owner = 'outgoing' | 'employee' | null;

/** Undefined: it has no name of its own, as an id has none. */
export function settingName(setting: string, owner: Owner): Localized | undefined {
  const special = owner === 'outgoing' ? ofOutgoing : owner === 'employee' ? ofEmployee : names;
  return [special, names].find((each) => Object.hasOwn(each, setting))?.[setting];
}

/** Steps of a setting's path that say nothing to a person. */
export const isUnsaid = (step: string): boolean => step === 'integration' || step === 'cells';
