import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { disconnectCall, installationCall } from '../oauth/hooks.js';
import { SCOPES, type Integration, type Scope } from '../oauth/integration.js';
import { badRequest, bodyObject, bodyText, chosenPortal, notFound, type ControlExchange } from './control-exchange.js';

/** `GET /_emulator/oauth/integrations`: without their secrets. */
export function listIntegrations(x: ControlExchange): Answer {
  const shown = x.integrations.all().map(({ clientSecret: _, ...integration }) => ({
    ...integration,
    isConnected: chosenPortal(x).tokens.isConnected(integration.clientId),
  }));
  return ok({ integrations: shown });
}

/** `POST /_emulator/oauth/integrations` `{ clientId, clientSecret, redirectUri, name?, isExternal?, scopes?, disconnectUrl? }`. */
export function registerIntegration(x: ControlExchange): Answer {
  const body = bodyObject(x);
  const { name = bodyText(x, 'clientId'), isExternal = false, disconnectUrl = null } = body;
  if (typeof name !== 'string') throw badRequest('name: a text is expected');
  if (typeof isExternal !== 'boolean') throw badRequest('isExternal: true or false is expected');
  if (disconnectUrl !== null && (typeof disconnectUrl !== 'string' || !URL.canParse(disconnectUrl))) {
    throw badRequest('disconnectUrl: an address is expected');
  }
  const redirectUri = bodyText(x, 'redirectUri');
  if (!URL.canParse(redirectUri)) throw badRequest('redirectUri: an address is expected');
  const [clientId, clientSecret] = [bodyText(x, 'clientId'), bodyText(x, 'clientSecret')];
  const scopes = scopesOf(body['scopes']);
  x.integrations.register({ clientId, clientSecret, redirectUri, name, isExternal, scopes, disconnectUrl });
  return NO_CONTENT;
}

/** `POST /_emulator/oauth/install` `{ clientId }`: connected from inside the account by its administrator. */
export function install(x: ControlExchange): Answer {
  const portal = chosenPortal(x);
  const integration = integrationOf(x);
  const admin = portal.store.directory.users.find((user) => user.is_admin && user.is_active);
  if (admin === undefined) throw badRequest('the portal has no active administrator');
  x.calls.start(installationCall(portal, integration, portal.tokens.issueCode(integration, admin)));
  return NO_CONTENT;
}

/**
 * `POST /_emulator/oauth/disconnect` `{ clientId, disconnectUrl? }`: its tokens die, its disconnect hook is called, at the
 * integration's own address unless another is given.
 */
export function disconnect(x: ControlExchange): Answer {
  const portal = chosenPortal(x);
  const integration = integrationOf(x);
  const { disconnectUrl = integration.disconnectUrl } = bodyObject(x);
  if (disconnectUrl !== null && (typeof disconnectUrl !== 'string' || !URL.canParse(disconnectUrl))) {
    throw badRequest('disconnectUrl: an address is expected');
  }
  portal.tokens.revokeIntegration(integration.clientId);
  if (disconnectUrl !== null) x.calls.start(disconnectCall(portal, integration, disconnectUrl));
  return NO_CONTENT;
}

/** `POST /_emulator/portal/rename` `{ subdomain }`: another address; the old one knows the account no more (§1.6). */
export async function renamePortal(x: ControlExchange): Promise<Answer> {
  const portal = chosenPortal(x);
  await x.listeners.rename(portal, bodyText(x, 'subdomain'));
  return ok({ subdomain: portal.subdomain, url: `http://${portal.host}` });
}

function integrationOf(x: ControlExchange): Integration {
  const clientId = bodyText(x, 'clientId');
  const integration = x.integrations.of(clientId);
  if (integration === undefined) throw notFound(`integration ${clientId}`);
  return integration;
}

function scopesOf(raw: unknown): readonly Scope[] {
  if (raw === undefined) return SCOPES;
  const scopes = Array.isArray(raw) ? SCOPES.filter((scope) => (raw as unknown[]).includes(scope)) : [];
  if (!Array.isArray(raw) || scopes.length !== raw.length) throw badRequest(`scopes: of ${SCOPES.join(', ')}`);
  return scopes;
}
