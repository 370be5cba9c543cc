/**
 * What every failure means: the one table that decides between "say it again", "never again", "look first" and "stop",
 * for the request and for whatever else goes to the same account.
 *
 * `read` and `write` are the dispositions for a GET and for a POST or PATCH. `applied` says what amoCRM may have done
 * with a *write* that ended so:
 *
 * - `no`: definitely nothing; the same request may be sent again without a look (faults.md I3),
 * - `maybe`: all, some or none of its items; look before any second write (rules R17),
 * - `unnamed_maybe`: the items that the answer names were refused; whether the others of the batch were kept is not
 *   documented (amocrm-api.md §2.5, §12.1), so they need a look. A lone item was refused.
 *
 * `others` says what a failure that is no `stop_portal` and no refusal means for the account's other requests:
 *
 * - `go_on`: nothing, it was our own doing,
 * - `go_on_after_write`: an answer that stayed out says nothing of the next one; a read without an answer is put off, and
 *   the others with it,
 * - `wait_for_portal`: the credentials are in trouble, so what would go with them is put off, and nothing else,
 * - `wait`: amoCRM or the way to it is in trouble, so they are put off, longer with each time.
 *
 * After a refusal they go on: it is about the one thing that was sent. After `stop_portal` none is sent but a probe.
 *
 * A read changes nothing, so it is never in doubt. A code without a row, or a row without a code, does not compile.
 */
export const codes = [
  'token_unavailable',
  'aborted_before_send',
  'send_refused',
  'dns_failed',
  'connection_refused',
  'connect_timeout',
  'connect_failed',
  'tls_failed',
  'connection_gone',
  'aborted_after_send',
  'first_byte_timeout',
  'total_timeout',
  'connection_lost',
  'body_cut',
  'body_broken',
  'body_too_large',
  'not_json',
  'answer_changed',
  'unexpected_empty',
  'unexpected_status',
  'missing_in_answer',
  'validation_failed',
  'bad_request',
  'unprocessable',
  'not_found',
  'method_not_allowed',
  'request_refused',
  'too_many_results',
  'forbidden',
  'rate_limited',
  'unauthorised',
  'account_not_found',
  'unpaid',
  'ip_not_allowed',
  'blocked',
  'redirected',
  'request_timeout',
  'server_error',
  'bad_gateway',
  'unavailable',
  'gateway_timeout',
] as const;

/** The stable name of one way in which a request can fail. */
export type Code = (typeof codes)[number];

export type ReadDisposition = 'rejected' | 'retry' | 'stop_portal';
export type WriteDisposition = ReadDisposition | 'in_doubt';
export type Disposition = WriteDisposition;
export type Applied = 'no' | 'maybe' | 'unnamed_maybe';
export type Others = 'go_on' | 'go_on_after_write' | 'wait_for_portal' | 'wait' | 'stop';

interface Row {
  read: ReadDisposition;
  write: WriteDisposition;
  applied: Applied;
  others: Others;
  meaning: string;
}

const notSent = (meaning: string) =>
  ({ read: 'retry', write: 'retry', applied: 'no', others: 'wait', meaning }) as const;
const heldBack = (meaning: string) => ({ ...notSent(meaning), others: 'go_on' }) as const;
const noAnswer = (meaning: string) =>
  ({ read: 'retry', write: 'in_doubt', applied: 'maybe', others: 'go_on_after_write', meaning }) as const;
const brokenDown = (meaning: string) => ({ ...noAnswer(meaning), others: 'wait' }) as const;
const refused = (meaning: string) =>
  ({ read: 'rejected', write: 'rejected', applied: 'no', others: 'go_on', meaning }) as const;
const refusedItems = (meaning: string) => ({ ...refused(meaning), applied: 'unnamed_maybe' }) as const;
const stopped = (meaning: string) =>
  ({ read: 'stop_portal', write: 'stop_portal', applied: 'no', others: 'stop', meaning }) as const;

export const errorTable = {
  // No byte of the request has left this process.
  token_unavailable: {
    ...notSent('there is no access token just now: it is being renewed, or renewing it did not work'),
    others: 'wait_for_portal',
  },
  aborted_before_send: heldBack('the caller gave up while the request waited for a connection or its turn'),
  send_refused: heldBack('maySend() said no at the last moment: the right to write was lost'),
  dns_failed: notSent('the host name did not resolve'),
  connection_refused: notSent('nobody listens at the host'),
  connect_timeout: notSent('no TCP and TLS connection within connectMs'),
  connect_failed: notSent('the network refused the connection for another reason'),
  tls_failed: notSent('the TLS handshake or the certificate check failed'),
  connection_gone: notSent('the idle connection was closed before a byte was written to it'),

  // At least one byte may have left, and no complete answer came back. Includes the answer that is lost after the
  // write (F1, F2) and the reset in the middle of the request (F4): from here the two look the same.
  aborted_after_send: noAnswer('the caller gave up after the request was sent'),
  first_byte_timeout: noAnswer('no answer began within firstByteMs'),
  total_timeout: noAnswer('the answer was not complete within totalMs'),
  connection_lost: noAnswer('the connection broke before the answer began'),
  body_cut: noAnswer('the connection broke inside the answer'),
  body_broken: noAnswer('the answer could not be decompressed'),
  body_too_large: noAnswer('the answer is longer than maxBodyBytes'),

  // A 2xx that cannot be used. For a write it is likely applied: what is lost is the ids.
  not_json: noAnswer('a success whose body is not JSON'),
  answer_changed: noAnswer('a success whose JSON does not have the documented shape'),
  unexpected_empty: noAnswer('a success without a body where one is documented'),
  unexpected_status: noAnswer('a status that the reference does not know'),
  missing_in_answer: noAnswer('a success that does not name this item of the batch'),

  // 400 and 422 (§2.4, §2.5).
  validation_failed: refusedItems('400 with validation-errors'),
  bad_request: refusedItems('400 without validation-errors'),
  unprocessable: refusedItems('422'),

  not_found: refused('404 with a JSON body: this entity or route does not exist (§2.4)'),
  method_not_allowed: refused('405: amoCRM does not offer this method on this route'),
  request_refused: refused('another 4xx: refused before it was processed'),
  too_many_results: refused('a search that should find a handful went on for more pages than the client reads'),

  // 403 with a JSON body is missing rights or scope. For a read that is an answer about that one thing (users are for
  // administrators only). A write is only ever made with an administrator's token (rules R1), so a refused right means
  // that the portal's grant has changed: waiting keeps R11's promise, parking call after call would not.
  forbidden: {
    read: 'rejected',
    write: 'stop_portal',
    applied: 'no',
    others: 'stop',
    meaning: '403 with a JSON body: the token lacks the right or the scope (§1.7)',
  },

  rate_limited: {
    read: 'retry',
    write: 'retry',
    applied: 'no',
    others: 'wait',
    meaning: '429: over the limit (§2.1)',
  },

  // Nothing will work on this portal until somebody does something, or a block ends (§1.7).
  unauthorised: stopped('401: the token is absent, expired or revoked, or the integration is switched off'),
  account_not_found: stopped('401 with code 101, or a 404 that is not from the API: no such account at this host'),
  unpaid: stopped('402: the subscription has ended (writes at once, reads after 30 days)'),
  ip_not_allowed: stopped("403 with code 113: our address is not in the account's API allow-list"),
  blocked: stopped('403 whose body is not JSON: blocked for repeated excess, lifted by support only'),
  redirected: stopped('301, 302, 307 or 308: not followed, the account lives elsewhere (renamed subdomain, §1.6)'),

  // The gateway or the server gave up; a 504 does not mean "not executed" (§2.2), nor does any other of them (F3).
  request_timeout: noAnswer('408'),
  server_error: brokenDown('500, or a 5xx without a name of its own'),
  bad_gateway: brokenDown('502'),
  unavailable: brokenDown('503'),
  gateway_timeout: brokenDown('504'),
} as const satisfies Record<Code, Row>;

type Table = typeof errorTable;

/** The codes that end in one disposition, for a read or for a write: what a caller's `switch` has to cover. */
export type CodeOf<D extends Disposition> = {
  [C in Code]: D extends Table[C]['read'] | Table[C]['write'] ? C : never;
}[Code];

/**
 * What of the account's other requests has to wait after this failure: none, those of the same portal, or all.
 *
 * @param kind the disposition that the failure ended in: `retry`, of a read or of a write, or `in_doubt`
 */
export function othersAfter(
  kind: 'retry' | 'in_doubt',
  code: CodeOf<'retry' | 'in_doubt'>,
): 'go_on' | 'wait_for_portal' | 'wait' {
  const { others } = errorTable[code];
  if (others !== 'go_on_after_write') return others;
  return kind === 'retry' ? 'wait' : 'go_on';
}

/** Which column of the table a request reads: a GET changes nothing, a POST or PATCH does. */
export type Access = 'read' | 'write';
