import { type Localized } from '@perezvon/service';

/** What to do about it; a reason that is not here says it by its own words. */
export const advice: Readonly<Record<string, Localized>> = {
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
  refresh_refused: {
    ru: 'Авторизуйтесь в amoCRM заново: она больше не продлевает доступ.',
    en: 'Authorise in amoCRM again: it renews the access no more.',
  },
  disconnected: {
    ru: 'Интеграцию отключили в amoCRM: авторизуйтесь заново, если это ошибка.',
    en: 'The integration was switched off in amoCRM: authorise again if that was a mistake.',
  },
  redirected: {
    ru: 'Аккаунт переехал: укажите его новый адрес.',
    en: 'The account has moved: give its new address.',
  },
  renamed: {
    ru: 'Откройте учетные данные портала и укажите новый адрес (аккаунт тот же): токен и ожидающие операции останутся.',
    en: 'Open the portal and give the new address (the account is the same): token and waiting operations stay.',
  },
  another_account: {
    ru: 'По этому адресу теперь другой аккаунт: верните прежний адрес или добавьте новый портал.',
    en: 'Another account is at this address now: put the former address back, or add a portal.',
  },
  tariff_limit: {
    ru: 'Увеличьте лимит тарифа или удалите лишние карточки: проверяем раз в час, записи о звонках идут.',
    en: 'Raise the limit of the tariff or delete cards: it is tried once an hour, call notes go on.',
  },
  rate_limited: {
    ru: 'Делать ничего не нужно: отправляем медленнее. Если это длится, проверьте другие интеграции аккаунта.',
    en: 'Nothing has to be done: it is sent more slowly. If it lasts, look at other integrations of the account.',
  },
  server_errors: {
    ru: 'Делать ничего не нужно: повторяем сами. Если это длится, обратитесь в поддержку amoCRM.',
    en: 'Nothing has to be done: it is tried again. If it lasts, write to the support of amoCRM.',
  },
  no_connection: {
    ru: 'Проверьте, открывается ли адрес портала с нашего сервера; повторяем сами.',
    en: 'Check that the address of the portal can be reached from our server; it is tried again.',
  },
  token_unavailable: {
    ru: 'Доступ продлевается, повторяем сами. Если это длится, проверьте ключи интеграции.',
    en: 'The access is being renewed, it is tried again. If it lasts, check the keys of the integration.',
  },
  writer_failed: {
    ru: 'Служба отправки не справилась, повторяем сами. Сообщите администратору платформы.',
    en: 'The sending service failed, it is tried again. Tell the administrator of the platform.',
  },
  portal_deleted: {
    ru: 'Портал удалён: отмените эти операции, если они не нужны.',
    en: 'The portal was deleted: discard these operations if they are not needed.',
  },
  portal_unknown: {
    ru: 'Они уйдут сами, когда портал появится; иначе отмените их.',
    en: 'They go out by themselves when the portal turns up; else discard them.',
  },
  expired: {
    ru: 'Ждали дольше 30 дней: повторите или отмените их.',
    en: 'They waited longer than 30 days: retry or discard them.',
  },
  talk_without_end: {
    ru: 'Проверьте, присылает ли АТС конец звонка; каждый такой звонок есть в журнале.',
    en: 'Check that the PBX sends the end of calls; each of these calls is in the journal.',
  },
  parked: { ru: 'Откройте список и повторите или отмените их.', en: 'Open the list and retry or discard them.' },
};
