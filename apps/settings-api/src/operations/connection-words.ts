import { type ConnectionTest } from '@perezvon/contracts';
import { type Localized } from '@perezvon/service';
import { reasonWords } from '../journal/effect-words.js';

type Check = ConnectionTest['checks'][number];

const asked: Readonly<Record<string, Localized>> = {
  reachable: { ru: 'Адрес отвечает', en: 'The address answers' },
  token: { ru: 'Токен принят', en: 'The token is accepted' },
  administrator: { ru: 'Токен выдан администратором', en: 'The token is an administrator’s' },
  users: { ru: 'Пользователи читаются', en: 'Users can be read' },
  pipelines: { ru: 'Воронки читаются', en: 'Pipelines can be read' },
  marker_field: { ru: 'Служебное поле на месте', en: 'The marker field is there' },
  duplicate_control: { ru: 'Контроль дублей выключен', en: 'Duplicate control is off' },
  webhooks: { ru: 'Вебхуки доступны', en: 'Webhooks are available' },
};

/** What to do about it; a reason that is not here says it by its own words. */
const advice: Readonly<Record<string, Localized>> = {
  timeout: {
    ru: 'amoCRM не ответила вовремя. Повторите через минуту.',
    en: 'amoCRM did not answer in time. Try again in a minute.',
  },
  dns: {
    ru: 'Такого адреса нет. Проверьте, нет ли в нём опечатки.',
    en: 'There is no such address. Check it for a slip.',
  },
  tls: {
    ru: 'Соединение не защищено как следует. Проверьте адрес.',
    en: 'The connection is not secured as it should be. Check the address.',
  },
  no_credentials: { ru: 'Укажите токен или авторизуйтесь в amoCRM.', en: 'Give a token, or authorise in amoCRM.' },
  unauthorised: {
    ru: 'Токен не действует: создайте новый в настройках интеграции amoCRM и вставьте его.',
    en: 'The token is not valid: make a new one in the keys of the amoCRM integration and paste it.',
  },
  no_rights: {
    ru: 'Токен выдал не администратор: попросите администратора amoCRM выдать свой.',
    en: 'The token is not an administrator’s: ask an amoCRM administrator for one.',
  },
  unpaid: { ru: 'Оплатите аккаунт amoCRM: звонки дождутся.', en: 'Pay for the amoCRM account: calls wait until then.' },
  blocked: {
    ru: 'Обратитесь в поддержку amoCRM с адресом портала; повторяем сами.',
    en: 'Write to the support of amoCRM with the address of the portal; it is retried by itself.',
  },
  ip_not_allowed: {
    ru: 'Добавьте наш адрес в список разрешённых в настройках безопасности amoCRM.',
    en: 'Add our address to the allowed ones in the security settings of amoCRM.',
  },
  not_found: {
    ru: 'Аккаунта по этому адресу нет: проверьте адрес портала.',
    en: 'There is no account at this address: check the address of the portal.',
  },
  marker_field_missing: {
    ru: 'Служебного поля ещё нет: оно будет создано с первым звонком.',
    en: 'The marker field is not there yet: it is made with the first call.',
  },
  duplicate_control_on: {
    ru: 'Контроль дублей может объединять созданное: выключите его для интеграции.',
    en: 'Duplicate control may merge what is created: switch it off for the integration.',
  },
  webhooks_not_available: {
    ru: 'На этом тарифе вебхуков нет: изменения карточек видны с задержкой.',
    en: 'This tariff has no webhooks: changes of cards are seen with a delay.',
  },
};

export interface CheckView extends Check {
  readonly text: string;
  /** What to do; null when all is well. */
  readonly advice: string | null;
}

/** One check in words: what was asked, and if it failed, what to do about it. */
export function checkInWords(check: Check, language: keyof Localized): CheckView {
  const { code, outcome, reason } = check;
  const text = asked[code]?.[language] ?? code;
  const what = reason === null ? null : (advice[reason] ?? reasonWords({ code: reason }))[language];
  const no = { ru: 'нет', en: 'no' }[language];
  return { ...check, text: outcome === 'failed' ? `${text}: ${no}` : text, advice: what };
}

/** The whole test in one sentence: the first thing that is wrong, else that all is well. */
export function testInWords({ checks, accountName }: ConnectionTest, language: keyof Localized): string {
  const wrong =
    checks.find((check) => check.outcome === 'failed') ?? checks.find((check) => check.outcome === 'warning');
  if (wrong !== undefined) {
    const { text, advice: what } = checkInWords(wrong, language);
    return what === null ? text : `${text}. ${what}`;
  }
  const name = accountName == null ? '' : ` «${accountName}»`;
  return { ru: `Портал${name} подключён, всё в порядке.`, en: `The portal${name} is connected, all is well.` }[
    language
  ];
}
