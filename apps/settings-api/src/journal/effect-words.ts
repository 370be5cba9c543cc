import { sentenceOf } from '@perezvon/calls';
import { type CrmResult, type EffectName, type Reason } from '@perezvon/contracts';
import { type Localized } from '@perezvon/service';
import { requestFailures } from './request-failure-words.js';

/** What an effect makes, and what became of it: for the journal and for the list of what waits. */
export const effectNames: Readonly<Record<EffectName, Localized>> = {
  'contact': { ru: 'Контакт', en: 'Contact' },
  'deal': { ru: 'Сделка', en: 'Deal' },
  'unsorted': { ru: 'Запись в неразобранном', en: 'Unsorted record' },
  'note': { ru: 'Запись о звонке', en: 'Call note' },
  'task.answered': { ru: 'Задача принявшему звонок', en: 'Task for who took the call' },
  'task.missed': { ru: 'Задача перезвонить', en: 'Task to call back' },
};

export const effectStates: Readonly<Record<CrmResult['state'], Localized>> = {
  waiting: { ru: 'ждёт', en: 'waits' },
  sending: { ru: 'отправляется', en: 'is being sent' },
  in_doubt: { ru: 'ответ потерян, проверяем в amoCRM', en: 'the answer was lost, amoCRM is being looked at' },
  done: { ru: 'готово', en: 'done' },
  skipped: { ru: 'не понадобилось', en: 'was not needed' },
  parked: { ru: 'остановлено, нужен человек', en: 'stopped, a person is needed' },
  discarded: { ru: 'отменено', en: 'discarded' },
};

/**
 * Why an effect waits, was skipped or parked. Codes of rules are in the catalogue of @perezvon/calls, those of amoCRM's refusals in
 * request-failure-words.ts.
 */
const reasons: Readonly<Record<string, Localized>> = {
  no_credentials: { ru: 'нет токена портала', en: 'the portal has no token' },
  no_rights: { ru: 'у токена не хватает прав', en: 'the token lacks rights' },
  refresh_refused: { ru: 'amoCRM больше не продлевает доступ', en: 'amoCRM renews the access no more' },
  renamed: { ru: 'аккаунт amoCRM переименован', en: 'the amoCRM account was renamed' },
  disconnected: { ru: 'интеграция отключена в amoCRM', en: 'the integration was switched off in amoCRM' },
  another_account: {
    ru: 'по этому адресу другой аккаунт amoCRM',
    en: 'another amoCRM account is at this address',
  },
  server_errors: { ru: 'amoCRM отвечает ошибками', en: 'amoCRM answers with errors' },
  no_connection: { ru: 'нет связи с amoCRM', en: 'amoCRM cannot be reached' },
  writer_failed: { ru: 'служба отправки не справилась', en: 'the sending service failed' },
  tariff_limit: { ru: 'исчерпан лимит тарифа amoCRM', en: 'the limit of the amoCRM tariff is reached' },
  integration_inactive: { ru: 'интеграция выключена', en: 'the integration is switched off' },
  in_doubt: { ru: 'неизвестно, выполнен ли прошлый запрос', en: 'it is unknown whether the last request was done' },
  not_sent: { ru: 'запрос не ушёл', en: 'the request did not leave' },
  writer_stopped: { ru: 'служба перезапускалась', en: 'the service was restarted' },
  sender_lost: { ru: 'служба перезапускалась', en: 'the service was restarted' },
  was_not_applied: {
    ru: 'прошлый запрос не был выполнен, повторяем',
    en: 'the last request was not done, it is repeated',
  },
  sent_apart: {
    ru: 'отправляем отдельно: соседняя запись была отклонена',
    en: 'it is sent apart: another one of its batch was refused',
  },
  card_gone: { ru: 'карточку в amoCRM удалили или объединили', en: 'the card was deleted or merged in amoCRM' },
  marker_field_missing: {
    ru: 'в amoCRM не удалось создать служебное поле',
    en: 'the marker field could not be made in amoCRM',
  },
  by_operator: { ru: 'отменено человеком', en: 'discarded by a person' },
  several_found: { ru: 'в amoCRM нашлось несколько похожих', en: 'amoCRM has several that match' },
  portal_deleted: { ru: 'портал удалён', en: 'the portal was deleted' },
  portal_unknown: { ru: 'портал ещё не известен службе', en: 'the portal is not known to the service yet' },
  marker_field_deleted: {
    ru: 'поле Perezvon в amoCRM удалили, пока ответ на первый запрос был неизвестен: проверьте, нет ли уже такой сделки, и повторите или отмените',
    en: 'the Perezvon field was deleted in amoCRM while the answer to the first request was unknown: see whether the deal is there already, then retry or discard',
  },
  portal_copy_stale: { ru: 'справочники amoCRM перечитываются', en: 'pipelines and users are being read again' },
  no_card: { ru: 'карточки клиента нет', en: 'the client has no card' },
  expired: { ru: 'ждало больше 30 дней', en: 'waited longer than 30 days' },
  joined_older_call: { ru: 'это тот же звонок, что и более ранний', en: 'this is the same call as an older one' },
  parked: { ru: 'остановлено, нужен человек', en: 'stopped, a person is needed' },
  doubled: { ru: 'уже сделано по другому номеру этого звонка', en: 'was done already under another id of the call' },
};

const failures: Readonly<Record<string, Localized>> = requestFailures;

/** A code that has no words yet is shown as it is: better than nothing, and it can be looked up. */
export function reasonWords(reason: Pick<Reason, 'code' | 'params'>): Localized {
  const { code } = reason;
  return sentenceOf(reason) ?? reasons[code] ?? failures[code] ?? { ru: code, en: code };
}

/** Of one effect a code may mean something else than of a whole portal. */
const ofOneEffect: Readonly<Record<string, Localized>> = {
  not_found: { ru: 'в amoCRM этого больше нет', en: 'amoCRM no longer has it' },
};

/** The writer's own reason for an effect: a code, or a code and what amoCRM said about it. */
export function writerReason(reason: string): Localized {
  const [, code, said] = /^([a-z_]+): (.+)$/s.exec(reason) ?? [];
  const words = ofOneEffect[code ?? reason] ?? reasonWords({ code: code ?? reason });
  if (said === undefined) return words;
  return { ru: `${words.ru}: ${said}`, en: `${words.en}: ${said}` };
}
