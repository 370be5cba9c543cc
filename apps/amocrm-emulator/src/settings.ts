import { count, flag, initialValues, oneOf, orNull, type ParameterTable, type ValuesOf } from './parameter.js';
import { PHONE_SEARCHES } from './store/search.js';

/**
 * What nobody knows about amoCRM, or what an account can be like: a switch each (§12.1; the defaults are its defaults).
 * `PATCH /_emulator/settings` changes them, the page draws them from this table.
 */
export const SWITCHES = {
  /** Lists and `query` do not show writes younger than this. */
  listingLagMs: count('Списки и поиск отстают от записи, мс', 200),

  /** Requests per sliding second for one integration, and for the whole account (§2.1). */
  requestsPerSecond: count('Запросов в секунду на интеграцию', 7),
  accountRequestsPerSecond: count('Запросов в секунду на аккаунт', 50),
  /** Per integration, or per calling address over all portals of the process, as the vendor's other brand does. */
  countRequestsBy: oneOf('Лимит считается', ['integration', 'ip'], 'integration'),
  /** So many 429 within the window block the account (403) until unblocked; 0 never blocks. */
  blockAfterRejections: count('Ответов 429 до блокировки (0 — не блокировать)', 15),
  blockWindowMs: count('За какое время считаются ответы 429, мс', 10_000),
  /** How long a block lasts; null: until somebody lifts it. */
  blockDurationMs: orNull(count('Блокировка длится, мс')),
  /** What a 429 says: body field and header, in seconds; null leaves them out. */
  retryAfterInBody: orNull(count('retry_after в теле 429, с', 300)),
  retryAfterHeader: orNull(count('Retry-After в заголовке 429, с')),

  /** The paid filter add-on (§3.5); off: `filter` on cards is ignored in silence. */
  paidFilters: flag('Платные фильтры включены', false),
  phoneSearch: oneOf('Как query находит телефон', PHONE_SEARCHES, 'national_digits'),
  /** One invalid item in a batch: the whole batch refused, or the good items kept and answered with 400 or 200. */
  invalidItem: oneOf('Одна плохая запись в пакете', ['refuse_batch', 'keep_good_400', 'keep_good_200'], 'refuse_batch'),

  /** `unsorted/*` metadata: required as documented, or anything goes. */
  unsortedMetadata: oneOf('Поля заявки «Неразобранного»', ['documented', 'lenient'], 'documented'),
  /** A claim like one that still waits: same source_uid, uniq, phone and time, or already the same source_uid. */
  unsortedDuplicate: oneOf('Какая заявка считается повтором', ['all_equal', 'source_uid'], 'all_equal'),
  /** `query` and lists also return contacts of claims that wait (§3.6 UNVERIFIED). */
  hiddenContactsListed: flag('Контакты непринятых заявок видны в списках', false),
  /** Accepting a claim bumps its contact's updated_at. */
  acceptTouchesContact: flag('Принятие заявки обновляет updated_at контакта', true),

  /** A call whose number nobody has: 400 "Entity not found", or 200 that adds nothing (§12.1). */
  callWithoutCard: oneOf('/calls без карточки', ['refuse', 'ignore'], 'refuse'),
  /** Which of several owners of a number gets the call (§6.1 UNVERIFIED). */
  callCardOrder: oneOf(
    'Чья карточка получает звонок',
    ['oldest_contact', 'newest_contact', 'company_first'],
    'oldest_contact',
  ),
  /** `/calls` and the pop-up do not know cards younger than this. */
  callIndexLagMs: count('Поиск карточки для /calls отстаёт, мс', 0),
  /** The lead of a claim that waits counts as active for `/calls` (§6.1 UNVERIFIED). */
  unsortedLeadIsActive: flag('Сделка непринятой заявки считается активной', false),

  /** Webhooks belong to the higher tariffs (§9.1); off: 403. */
  webhooksInTariff: flag('Вебхуки есть в тарифе', true),
  /** add_, update_ and delete_unsorted can be subscribed to, as at the vendor's other brand (§9.1). */
  unsortedHooks: flag('Вебхуки «Неразобранного»', false),
  /** Which code a subscriber's silence of 2 s counts as: with 499 there are five attempts, with 0 three (§9.3). */
  webhookTimeoutCode: oneOf('Молчание получателя вебхука считается кодом', [0, 499], 0),

  /** Which open leads with the same phone `leads/complex` updates instead of making a new one (§4.3). */
  duplicateControl: oneOf('Контроль дублей в leads/complex', ['off', 'update_newest', 'update_all'], 'off'),
  /** So many leads, contacts or companies and no more (§11: the body of that answer is UNVERIFIED); null: no limit. */
  entityLimit: orNull(count('Лимит карточек тарифа')),
  /** Claims that can be linked to a lead: of chats as documented, or of mail too, as the official client has it (§5.3). */
  linkableClaims: oneOf('Какие заявки можно привязать', ['chats', 'chats_and_mail'], 'chats'),

  /** Reading a deleted card by id: 204, or the card with is_deleted. */
  deletedById: oneOf('Удалённая карточка по id', ['no_content', 'is_deleted'], 'no_content'),

  /** What a refresh kills: the refresh token and the access token it came with, or only the refresh token (§12.1). */
  tokenRotation: oneOf('Что отзывает обновление токена', ['refresh_and_access', 'refresh_only'], 'refresh_and_access'),
  /** Two refreshes at once: the second gets 400, or both end without a token (§12.1). */
  refreshRace: oneOf('Два обновления токена сразу', ['first_wins', 'both_revoked'], 'first_wins'),

  /** Another account has the address now (§11): its number in `/account`; null: the portal's own. */
  shownAccountId: orNull(count('По адресу теперь другой аккаунт, его номер')),

  /** Off: the caller's address is not in the account's allow-list for the API (403, code 113). */
  ipAllowed: flag('IP-адрес вызывающего разрешён', true),
  /** Unix seconds when the subscription ended (402 on writes at once, on reads after 30 days); null: it is paid. */
  subscriptionEndedAt: orNull(count('Подписка закончилась, Unix-время (402)')),
} satisfies ParameterTable;

export type PortalSettings = ValuesOf<typeof SWITCHES>;

export const DEFAULT_SETTINGS: Readonly<PortalSettings> = initialValues(SWITCHES);

/** Changes the named switches, all or none; answers what was wrong with the rest. */
export function changeSettings(settings: PortalSettings, changes: Record<string, unknown>): string[] {
  const switches = new Map(Object.entries<ParameterTable[string]>(SWITCHES));
  const wrong = Object.entries(changes)
    .filter(([name, value]) => !(switches.get(name)?.accepts(value) ?? false))
    .map(([name]) => (switches.has(name) ? `${name}: not a possible value` : `${name}: no such switch`));
  if (wrong.length === 0) Object.assign(settings, changes);
  return wrong;
}
