import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { changeSettings } from '../settings.js';
import { OWN_CARDS, type User } from '../store/model.js';
import {
  badRequest,
  bodyBoolean,
  bodyInteger,
  bodyObject,
  bodyText,
  chosenPortal,
  notFound,
  type ControlExchange,
} from './control-exchange.js';

/** `PATCH /_emulator/settings`: the switches of §12.1. */
export function editSettings(x: ControlExchange): Answer {
  const { settings } = chosenPortal(x);
  const wrong = changeSettings(settings, bodyObject(x));
  if (wrong.length > 0) throw badRequest(wrong.join('; '));
  return ok(settings);
}

/**
 * `POST /_emulator/portal/users` `{ id, isActive?, isAdmin?, isFree?, roleId? }`: what an administrator does to a
 * colleague's access; a role brings its rights.
 */
export function editUser(x: ControlExchange): Answer {
  const { directory } = chosenPortal(x).store;
  const id = bodyInteger(x, 'id');
  const user = directory.users.find((candidate) => candidate.id === id);
  if (user === undefined) throw notFound(`user ${id}`);
  const said = bodyObject(x);
  const flag = (name: string, before: boolean) => (said[name] === undefined ? before : bodyBoolean(x, name));
  const roleId = said['roleId'] === undefined ? user.role_id : bodyInteger(x, 'roleId');
  const role = directory.roles.find((candidate) => candidate.id === roleId);
  if (roleId !== null && role === undefined) throw notFound(`role ${roleId}`);
  const edited = {
    ...user,
    is_active: flag('isActive', user.is_active),
    is_admin: flag('isAdmin', user.is_admin),
    is_free: flag('isFree', user.is_free),
    role_id: roleId,
    rights: role?.rights ?? user.rights,
  };
  directory.users = directory.users.map((other) => (other.id === id ? edited : other));
  return NO_CONTENT;
}

/** `POST /_emulator/portal/users/add` `{ name }`: an active colleague with an ordinary user's rights. */
export function addUser(x: ControlExchange): Answer {
  const { store } = chosenPortal(x);
  const { directory } = store;
  const id = store.newId('users');
  const added: User = {
    id,
    name: bodyText(x, 'name'),
    email: `user-${id}@demo.example`,
    phone_number: '',
    is_admin: false,
    is_free: false,
    is_active: true,
    group_id: 0,
    role_id: null,
    rights: OWN_CARDS,
  };
  directory.users = [...directory.users, added];
  return ok({ id });
}

/** `POST /_emulator/portal/tokens` `{ id, secret, userId, integrationId }`. */
export function addToken(x: ControlExchange): Answer {
  const portal = chosenPortal(x);
  const userId = bodyInteger(x, 'userId');
  if (portal.store.user(userId) === undefined) throw notFound(`user ${userId}`);
  const [id, secret, integrationId] = [bodyText(x, 'id'), bodyText(x, 'secret'), bodyText(x, 'integrationId')];
  portal.addToken({ id, secret, userId, integrationId });
  return ok({ tokens: portal.tokens.ids() });
}

/** `POST /_emulator/portal/tokens/revoke` `{ id }`: from now on 401. */
export function revokeToken(x: ControlExchange): Answer {
  const id = bodyText(x, 'id');
  if (!chosenPortal(x).tokens.revoke(id)) throw notFound(`token ${id}`);
  return NO_CONTENT;
}

/** `POST /_emulator/portal/tokens/expire`: a day later, as far as access tokens know. */
export function expireTokens(x: ControlExchange): Answer {
  chosenPortal(x).tokens.expireAccess();
  return NO_CONTENT;
}

/** `GET /_emulator/webhooks`: who listens, and what became of the newest hooks. */
export function listWebhooks(x: ControlExchange): Answer {
  const { webhooks } = chosenPortal(x);
  return ok({ subscriptions: webhooks.subscriptions(), deliveries: webhooks.deliveries() });
}

/** `POST /_emulator/webhooks/enable` `{ destination }`: by hand, after the vendor has disabled it (§9.3). */
export function enableWebhook(x: ControlExchange): Answer {
  const destination = bodyText(x, 'destination');
  if (!chosenPortal(x).webhooks.enable(destination)) throw notFound(`webhook ${destination}`);
  return NO_CONTENT;
}
