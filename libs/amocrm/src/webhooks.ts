import { z } from 'zod';
import { Getter } from './getter.js';
import { writeOne } from './one-write.js';
import { type CallOptions, type Requester } from './requester.js';
import { exchangeOf, type ReadResult, type WriteResult } from './result.js';
import { settleWrite } from './settle.js';

const webhookSchema = z.object({
  id: z.number().int(),
  destination: z.string(),
  settings: z.array(z.string()),
  /** amoCRM switches a hook off that was answered wrongly 100 times in 2 hours; only a person switches it on (§9.3). */
  disabled: z
    .boolean()
    .nullish()
    .transform((v) => v ?? false),
});
export type Webhook = z.output<typeof webhookSchema>;

const route = '/api/v4/webhooks';

/** Subscriptions to amoCRM's events (amocrm-api.md §9.1): an administrator's token and a tariff that has them. */
export function createWebhooks(requester: Requester) {
  const get = new Getter(requester);
  return {
    /** All of the account's, other integrations' among them; or the one with this address. */
    webhooks(options: CallOptions & { destination?: string } = {}): Promise<ReadResult<Webhook[]>> {
      const query = { 'filter[destination]': options.destination };
      return get.all(route, 'webhooks', webhookSchema, query, options);
    },

    /** Repeatable: the same address gets its events replaced. The address holds our secret, so it shows nowhere. */
    subscribeWebhook(
      hook: { destination: string; settings: readonly string[] },
      options?: CallOptions,
    ): Promise<WriteResult<Webhook>> {
      return writeOne(requester, { method: 'POST', route, path: route, body: hook }, webhookSchema, options);
    },

    /** Repeatable: what is not there (404) is done as well. */
    async unsubscribeWebhook(destination: string, options?: CallOptions): Promise<WriteResult<null>> {
      const request = { method: 'DELETE', route, path: route, body: { destination } } as const;
      const answer = await requester.request(request, options);
      if (!answer.ok && answer.failure.code !== 'not_found') return settleWrite(answer.failure, []);
      return { kind: 'done', value: null, ...exchangeOf(answer.ok ? answer : answer.failure) };
    },
  };
}
