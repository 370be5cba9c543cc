import { type Code } from '@perezvon/amocrm';
import { type Localized } from '@perezvon/service';

const noConnection: Localized = { ru: 'нет связи с amoCRM', en: 'amoCRM cannot be reached' };
const noAnswer: Localized = { ru: 'amoCRM не ответила вовремя', en: 'amoCRM did not answer in time' };
const cutOff: Localized = { ru: 'ответ amoCRM оборвался', en: 'the answer of amoCRM was cut off' };
const strange: Localized = { ru: 'amoCRM ответила непонятно', en: 'amoCRM gave an answer that makes no sense' };
const failing: Localized = { ru: 'amoCRM отвечает ошибками', en: 'amoCRM answers with errors' };
const refusedData: Localized = { ru: 'amoCRM не приняла данные', en: 'amoCRM refused the data' };
const refusedRequest: Localized = { ru: 'amoCRM не приняла запрос', en: 'amoCRM refused the request' };
const restarted: Localized = { ru: 'служба перезапускалась', en: 'the service was restarted' };
const noAccount: Localized = {
  ru: 'аккаунта amoCRM по этому адресу нет',
  en: 'there is no amoCRM account at this address',
};

/** Every way in which a request to amoCRM can fail (libs/amocrm, error-table.ts); one without words does not compile. */
export const requestFailures: Readonly<Record<Code, Localized>> = {
  token_unavailable: { ru: 'доступ к amoCRM ещё продлевается', en: 'the access to amoCRM is being renewed' },
  aborted_before_send: restarted,
  send_refused: restarted,
  dns_failed: noConnection,
  connection_refused: noConnection,
  connect_timeout: noConnection,
  connect_failed: noConnection,
  tls_failed: noConnection,
  connection_gone: noConnection,
  aborted_after_send: restarted,
  first_byte_timeout: noAnswer,
  total_timeout: noAnswer,
  connection_lost: cutOff,
  body_cut: cutOff,
  body_broken: cutOff,
  body_too_large: strange,
  not_json: strange,
  answer_changed: strange,
  unexpected_empty: strange,
  unexpected_status: strange,
  missing_in_answer: strange,
  validation_failed: refusedData,
  bad_request: refusedData,
  unprocessable: refusedData,
  not_found: noAccount,
  method_not_allowed: refusedRequest,
  request_refused: refusedRequest,
  too_many_results: { ru: 'в amoCRM слишком много похожих', en: 'amoCRM has too many that match' },
  forbidden: { ru: 'у токена не хватает прав', en: 'the token lacks rights' },
  rate_limited: { ru: 'лимит запросов amoCRM', en: 'the request limit of amoCRM' },
  unauthorised: { ru: 'amoCRM не принимает токен', en: 'amoCRM does not accept the token' },
  account_not_found: noAccount,
  unpaid: { ru: 'аккаунт amoCRM не оплачен', en: 'the amoCRM account is not paid' },
  ip_not_allowed: { ru: 'amoCRM не пускает с нашего адреса', en: 'amoCRM refuses our address' },
  blocked: { ru: 'amoCRM временно ограничила доступ', en: 'amoCRM has blocked access for a while' },
  redirected: { ru: 'аккаунт amoCRM переехал на другой адрес', en: 'the amoCRM account has moved to another address' },
  request_timeout: noAnswer,
  server_error: failing,
  bad_gateway: failing,
  unavailable: failing,
  gateway_timeout: failing,
};
