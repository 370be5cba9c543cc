import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Secret } from './secret.js';

/** What amoCRM knows our product by: the keys tab of the integration. */
export interface Integration {
  clientId: string;
  clientSecret: Secret;
  /** Exactly as it is registered: amoCRM compares it letter by letter (amocrm-api.md §1.3). */
  redirectUri: string;
}

/** What amoCRM sends when an administrator switches the integration off (§1.8). */
export interface DisconnectHook {
  accountId: string;
  clientUuid: string;
  signature: string;
}

/** True if the hook is amoCRM's own and about this integration: without the check anybody could cut a customer off. */
export function isGenuineDisconnect(
  hook: DisconnectHook,
  { clientId, clientSecret }: Pick<Integration, 'clientId' | 'clientSecret'>,
): boolean {
  if (hook.clientUuid !== clientId) return false;
  const due = createHmac('sha256', clientSecret.reveal()).update(`${clientId}|${hook.accountId}`).digest();
  const given = Buffer.from(hook.signature, 'hex');
  return given.length === due.length && timingSafeEqual(given, due);
}
