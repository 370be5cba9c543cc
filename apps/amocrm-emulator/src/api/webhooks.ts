import { NO_CONTENT, problem, refuseInvalid, Refusal, type Answer } from '../http/answer.js';
import { type Exchange } from '../http/exchange.js';
import { pageOf, selfLink } from '../http/hal.js';
import { queryBranch, queryList } from '../http/query.js';
import { HOOK_NAMES, UNSORTED_HOOK_NAMES } from '../webhooks/hook.js';
import { MAX_SUBSCRIPTIONS, type Subscription } from '../webhooks/webhooks.js';
import { objectOf } from './batch.js';
import { ItemReader } from './item-reader.js';
import { requireAdmin } from './rights.js';

/** `POST /api/v4/webhooks` (§9.1): 201; a destination that is there already gets new settings. */
export function subscribe(x: Exchange): Answer {
  requireWebhooks(x);
  const reader = new ItemReader(objectOf(x));
  const destination = reader.string('destination', { required: true, notEmpty: true });
  const sort = reader.integer('sort') ?? 0;
  const settings = reader.value('settings', { required: true });
  if (settings !== undefined && !isTextList(settings)) reader.fail('InvalidType', 'settings', 'A list is expected.');
  refuseInvalid(reader.errors);

  const names = isTextList(settings) ? settings : [];
  const unknown = names.filter((name) => !isKnownHook(x, name));
  const isUsable = URL.canParse(destination ?? '') && /^https?:\/\/[^\u0400-\u04ff]+$/.test(destination ?? '');
  if (!isUsable) throw unprocessable('The destination is not a usable address');
  if (names.length === 0 || unknown.length > 0) throw unprocessable(`Unknown settings: ${unknown.join(', ')}`);
  const { webhooks } = x.portal;
  const isNew = !webhooks.subscriptions().some((known) => known.destination === destination);
  if (isNew && webhooks.subscriptions().length >= MAX_SUBSCRIPTIONS) throw unprocessable('Too many webhooks');
  return { status: 201, body: show(x, webhooks.subscribe(destination ?? '', names, sort, x.user.id)) };
}

/** `GET /api/v4/webhooks`, `filter[destination]`. */
export function listWebhooks(x: Exchange): Answer {
  requireWebhooks(x);
  const wanted = queryList(queryBranch(x.query, 'filter'), 'destination');
  const found = x.portal.webhooks
    .subscriptions()
    .filter(({ destination }) => wanted === undefined || wanted.includes(destination));
  return pageOf(x, 'webhooks', found, (subscription) => show(x, subscription), { totals: found.length });
}

/** `DELETE /api/v4/webhooks` `{ destination }`. */
export function unsubscribe(x: Exchange): Answer {
  requireWebhooks(x);
  const { destination } = objectOf(x);
  const isGone = typeof destination === 'string' && x.portal.webhooks.unsubscribe(destination);
  if (!isGone) throw new Refusal(problem(404, 'Webhook not found'));
  return NO_CONTENT;
}

/** An administrator's token, and a tariff that has webhooks at all. */
function requireWebhooks(x: Exchange): void {
  requireAdmin(x);
  if (!x.portal.settings.webhooksInTariff) throw new Refusal(problem(403, 'Webhooks are not available in this tariff'));
}

function isKnownHook(x: Exchange, name: string): boolean {
  return HOOK_NAMES.has(name) || (x.portal.settings.unsortedHooks && UNSORTED_HOOK_NAMES.has(name));
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function unprocessable(detail: string): Refusal {
  return new Refusal(problem(422, detail));
}

function show(x: Exchange, subscription: Subscription) {
  return { ...subscription, account_id: x.store.accountId, ...selfLink(x, `webhooks/${subscription.id}`) };
}
