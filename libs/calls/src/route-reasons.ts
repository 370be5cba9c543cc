import type { RouteReason } from '@perezvon/contracts';
import type { Localised } from './sentence.js';

/** R13, R16: why a caller is connected to nobody in particular, as the journal says it. */
const sentences: Record<Exclude<RouteReason, 'responsible_of_contact'>, Localised> = {
  disabled: { ru: 'переадресация выключена', en: 'the forwarding is switched off' },
  integration_inactive: { ru: 'интеграция выключена', en: 'the integration is switched off' },
  not_inbound: { ru: 'звонок не входящий', en: 'the call is not an incoming one' },
  hidden_number: { ru: 'номер скрыт', en: 'the number is hidden' },
  invalid_number: { ru: 'номер непригоден для поиска', en: 'the number cannot be looked for' },
  filtered_number: { ru: 'номер в списке фильтра', en: 'the number is in the filter' },
  directory_incomplete: {
    ru: 'копия клиентов amoCRM ещё не полна, клиент будет найден к следующему разу',
    en: 'the copy of amoCRM’s clients is not complete yet, the client is looked up for the next time',
  },
  no_contact: { ru: 'контакта с этим номером нет', en: 'no contact has this number' },
  ambiguous_contact: {
    ru: 'контактов с этим номером несколько, и ответственные у них разные',
    en: 'several contacts have this number, and different responsibles',
  },
  responsible_unmapped: {
    ru: 'ответственному за контакт не сопоставлен сотрудник АТС',
    en: 'no employee of the PBX is mapped to the contact’s responsible',
  },
  responsible_inactive: {
    ru: 'ответственный за контакт отключён в amoCRM',
    en: 'the contact’s responsible is deactivated in amoCRM',
  },
  employee_disabled: { ru: 'сотрудник отключён в АТС', en: 'the employee is disabled in the PBX' },
  employee_without_number: {
    ru: 'у сотрудника нет номера, на который эта АТС может соединить',
    en: 'the employee has no number that this PBX can connect to',
  },
};

export const fallbackWords = (reason: Exclude<RouteReason, 'responsible_of_contact'>): Localised => sentences[reason];
