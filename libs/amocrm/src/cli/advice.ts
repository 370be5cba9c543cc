import { type Code } from '../error-table.js';

const tryAgain = 'amoCRM did not answer as it should. Try again in a minute.';
const network = 'Check the address and the network between here and amoCRM (firewall, VPN, DNS), then try again.';
const changed = 'amoCRM answered in another form than it documents. Tell the developers, with the request id.';
const ourMistake = 'amoCRM refused the request itself. Tell the developers, with the request id.';

/** What the person at the terminal can do about each way to fail. A new code of the error table needs its line here. */
export const advice: Readonly<Record<Code, string>> = {
  token_unavailable: 'There is no token to use just now. Try again in a minute.',
  aborted_before_send: 'It was interrupted before anything was sent.',
  send_refused: 'It was interrupted before anything was sent.',
  dns_failed: network,
  connection_refused: network,
  connect_timeout: network,
  connect_failed: network,
  tls_failed: 'The certificate is not trusted: something stands between here and amoCRM, or the address is wrong.',
  connection_gone: tryAgain,
  aborted_after_send: 'It was interrupted while amoCRM worked.',
  first_byte_timeout: tryAgain,
  total_timeout: tryAgain,
  connection_lost: tryAgain,
  body_cut: tryAgain,
  body_broken: changed,
  body_too_large: 'The answer is too large. Ask for less, such as --limit 20.',
  not_json: changed,
  answer_changed: changed,
  unexpected_empty: changed,
  unexpected_status: changed,
  missing_in_answer: changed,
  validation_failed: ourMistake,
  bad_request: ourMistake,
  unprocessable: ourMistake,
  not_found: 'There is nothing with this id, or the token may not see it.',
  method_not_allowed: ourMistake,
  request_refused: ourMistake,
  too_many_results: 'The search found too much to be about one client. Give the whole number.',
  forbidden: 'The token lacks the right. Use one that an administrator has given; users need that always.',
  rate_limited: 'The account is at its limit of requests. Wait a minute; every further request makes it worse.',
  unauthorised: 'The token is wrong, expired or revoked. Make a new one in the integration’s keys tab.',
  account_not_found: 'There is no amoCRM account at this address, or it was renamed. Check --url.',
  unpaid: 'The subscription of this account has ended. It has to be paid in amoCRM.',
  ip_not_allowed: 'This machine’s address is not in the account’s allow-list for the API. Add it in amoCRM’s settings.',
  blocked: 'amoCRM blocks this account or address for too many requests. Only amoCRM’s support lifts it.',
  redirected: 'The account has moved to another address. Open it in a browser and use the address that it ends at.',
  request_timeout: tryAgain,
  server_error: tryAgain,
  bad_gateway: tryAgain,
  unavailable: tryAgain,
  gateway_timeout: tryAgain,
};
