import { createHmac } from 'node:crypto';
import { type OutgoingCall } from '../outgoing-calls.js';
import { type Portal } from '../portal.js';
import { accountParameters } from './consent.js';
import { type Integration } from './integration.js';

/** How long amoCRM waits for whom it calls about an integration; nothing is repeated (§1.2). */
const DEADLINE_MS = 3000;

/** Installed from the account's own interface: amoCRM itself brings the code to `redirect_uri` (§1.2). */
export function installationCall(portal: Portal, integration: Integration, code: string): OutgoingCall {
  const parameters = { code, client_id: integration.clientId, from_widget: '1', ...accountParameters(portal) };
  return get(integration.redirectUri, parameters);
}

/** An administrator switched the integration off (§1.8). */
export function disconnectCall(portal: Portal, integration: Integration, url: string): OutgoingCall {
  const { clientId, clientSecret } = integration;
  const accountId = String(portal.store.accountId);
  const signature = createHmac('sha256', clientSecret).update(`${clientId}|${accountId}`).digest('hex');
  return get(url, { account_id: accountId, client_uuid: clientId, signature });
}

function get(address: string, parameters: Readonly<Record<string, string>>): OutgoingCall {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { method: 'GET', url: url.href, deadlineMs: DEADLINE_MS };
}
