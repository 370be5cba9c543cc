import { type Localized } from '@perezvon/service';
import { type KnownNames } from './known-names.js';

/** Choices as the page calls them. */
const choices: Readonly<Record<string, Readonly<Record<string, Localized>>>> = {
  action: {
    create_contact_and_deal: { ru: 'Создавать новый контакт и сделку', en: 'Create a new contact and deal' },
    create_unsorted: { ru: 'Создавать запись в неразобранном', en: 'Create a record in unsorted' },
    create_contact: { ru: 'Создавать новый контакт', en: 'Create a new contact' },
    create_deal_always: { ru: 'Создавать сделку всегда', en: 'Always create a deal' },
  },
  number: {
    client: { ru: 'Номер клиента', en: "The client's number" },
    virtual: { ru: 'Ваш номер', en: 'Your number' },
    both: { ru: 'Оба номера', en: 'Both numbers' },
  },
  createAt: {
    answer: { ru: 'Когда ответили', en: 'When it is answered' },
    end: { ru: 'Когда звонок закончился', en: 'When the call has ended' },
  },
  acceptedBy: {
    first: { ru: 'Первый, кто разговаривал', en: 'The first who talked' },
    last: { ru: 'Последний, кто разговаривал', en: 'The last who talked' },
  },
  activeDealScope: {
    all: { ru: 'Во всех воронках', en: 'In all pipelines' },
    same_pipeline: { ru: 'Только в выбранной воронке', en: 'Only in the chosen pipeline' },
  },
  hiddenNumbers: {
    ignore: { ru: 'Не записывать', en: 'Do not write' },
    unsorted: { ru: 'Создавать запись «Номер скрыт» в неразобранном', en: 'Create a record “Номер скрыт” in unsorted' },
  },
  routeFallback: {
    branch: { ru: 'Идти по сценарию АТС', en: "Follow the PBX's scenario" },
    default_employee: { ru: 'Звонить ответственному по умолчанию', en: 'Call the default responsible' },
  },
  kind: {
    uis: { ru: 'МегаФон «Контакт-платформа», UIS', en: 'MegaFon Contact platform, UIS' },
    itoolabs: { ru: 'МегаФон «Виртуальная АТС»', en: 'MegaFon Virtual PBX' },
    canonical: { ru: 'Своя АТС или Kafka', en: 'A PBX of your own, or Kafka' },
  },
};

/** Where the name of an id stands. */
const namesOf: Readonly<Record<string, (names: KnownNames) => ReadonlyMap<unknown, string>>> = {
  pipelineId: ({ pipelines }) => pipelines,
  statusId: ({ stages }) => stages,
  defaultResponsibleUserId: ({ users }) => users,
  crmUserId: ({ users }) => users,
  taskTypeId: ({ taskTypes }) => taskTypes,
  portalId: ({ ours }) => ours,
};

/**
 * The value of one setting, as a person would say it.
 *
 * @param setting its name in the document, such as `pipelineId`
 */
export function valueInWords(setting: string, value: unknown, names: KnownNames, language: keyof Localized): string {
  const name = namesOf[setting]?.(names).get(value) ?? choices[setting]?.[String(value)]?.[language];
  if (name !== undefined) return `«${name}»`;
  switch (typeof value) {
    case 'boolean':
      return { ru: value ? 'да' : 'нет', en: value ? 'yes' : 'no' }[language];
    case 'string':
      return `«${value}»`;
    case 'number':
      return String(value);
    default:
      return value === null ? '—' : JSON.stringify(value);
  }
}
