import { count, flag, oneOf, orNull, type ParameterTable, type ValuesOf } from '../parameter.js';

/**
 * When a fault strikes.
 * `before_reading`: nothing of the request is looked at yet. `before_answer`: it was read and let through, and may be
 * applied. `webhook`: a hook is about to be sent; its rule's `path` is `/` and the name subscribed to, such as `/add_lead`.
 */
export type FaultMoment = 'before_reading' | 'before_answer' | 'webhook';

interface Kind<P extends ParameterTable> {
  readonly moment: FaultMoment;
  /** For people: the page shows it beside the switch. */
  readonly label: string;
  readonly parameters: P;
}

function kind<P extends ParameterTable>(moment: FaultMoment, label: string, parameters: P): Kind<P> {
  return { moment, label, parameters };
}

/** What can go wrong (reference §12, faults.md): the one list from which the control API and the page know it. */
export const FAULT_KINDS = {
  /** Not applied: reset when the head, or the first byte of the body, has arrived (F4). */
  reset_before_body: kind('before_reading', 'Обрыв до тела запроса', {}),
  reset_mid_request: kind('before_reading', 'Обрыв посреди запроса', {}),
  /** F8. */
  delay: kind('before_reading', 'Запрос задержан', { ms: count('на сколько, мс') }),
  /** F6. Counts towards the block. */
  rate_limit_burst: kind('before_reading', 'Ответ 429', { retryAfterSec: orNull(count('Retry-After, с')) }),

  /** F1. Applied. */
  lose_answer_after_commit: kind('before_answer', 'Ответ потерян после записи', {}),
  /** F2. Applied at once. */
  hold_answer: kind('before_answer', 'Ответ придержан после записи', { ms: count('на сколько, мс') }),
  /** F3, F7 and §12.1 "write then 504". */
  http_error: kind('before_answer', 'Ответ с ошибкой', {
    /** From 300 on with a `Location`: the account has another address (§2.4). */
    status: count('код', undefined, { min: 300, max: 599 }),
    /** `partly`: some items of a batch; `later`: the request takes effect `ms` after the answer. */
    applied: oneOf('записано', [false, true, 'partly', 'later'], false),
    ms: count('через сколько, мс (later)', 1000),
    /** An HTML page as a gateway makes it, or the vendor's problem+json; null: HTML from 502 on. */
    html: orNull(flag('страница HTML')),
  }),
  /** F9. Applied, the answer is spoilt. */
  malformed_json: kind('before_answer', 'Испорченный JSON в ответе', {}),
  truncated: kind('before_answer', 'Ответ оборван посередине', {}),
  gzip_cut_short: kind('before_answer', 'Сжатый ответ обрезан', {}),
  huge_body: kind('before_answer', 'Огромное тело ответа', { bytes: count('байт', 10 * 1024 * 1024) }),
  /** F9 "200 with per-entity errors": some items of a batch are written, the answer names the others. */
  item_errors: kind('before_answer', '200 с ошибками по части записей', {}),
  /** The card that the path names is merged with its double just before: its id is dead (§11). */
  merge_card: kind('before_answer', 'Карточку из запроса объединили с дублем', {}),

  webhook_dropped: kind('webhook', 'Вебхук потерян', {}),
  webhook_duplicated: kind('webhook', 'Вебхук отправлен дважды', {}),
  /** Out of order: it follows the next hook of its subscriber. */
  webhook_held_back: kind('webhook', 'Вебхук отправлен после следующего', {}),
} as const satisfies Record<string, Kind<ParameterTable>>;

export type FaultKind = keyof typeof FAULT_KINDS;

export type FaultAction = {
  [K in FaultKind]: { readonly kind: K } & Readonly<ValuesOf<(typeof FAULT_KINDS)[K]['parameters']>>;
}[FaultKind];

export function isFaultKind(name: unknown): name is FaultKind {
  return typeof name === 'string' && Object.hasOwn(FAULT_KINDS, name);
}
