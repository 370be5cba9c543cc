import { ok, problem, Refusal, type Answer } from '../http/answer.js';
import { type Exchange, hasWith, idParam } from '../http/exchange.js';
import { pageOf, selfLink } from '../http/hal.js';
import { type User } from '../store/model.js';

/** `GET /api/v4/users` (§3.2): administrators only. */
export function listUsers(x: Exchange): Answer {
  requireUsersRight(x);
  const { users } = x.store.directory;
  return pageOf(x, 'users', users, (user) => showUser(x, user), { totals: users.length });
}

/** `GET /api/v4/users/{id}`: 404 when there is none (§12.1). */
export function getUser(x: Exchange): Answer {
  requireUsersRight(x);
  const user = x.store.user(idParam(x));
  if (user === undefined) throw new Refusal(problem(404, 'User not found'));
  return ok(showUser(x, user));
}

/** Administrators only, and never for an integration that is offered to other accounts (§1.5, §3.2). */
function requireUsersRight(x: Exchange): void {
  requireAdmin(x);
  if (x.isExternal) throw new Refusal(problem(403, 'Forbidden'));
}

export function requireAdmin(x: Exchange): void {
  if (!x.isAdmin) throw new Refusal(problem(403, 'Forbidden'));
}

function showUser(x: Exchange, user: User) {
  const all = user.is_admin ? 'A' : 'M';
  const cards = { view: 'A', edit: all, add: 'A', delete: all, export: all };
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    lang: 'ru',
    ...(hasWith(x, 'phone_number') ? { phone_number: user.phone_number } : {}),
    rights: {
      leads: cards,
      contacts: cards,
      companies: cards,
      tasks: { edit: 'A', delete: all },
      mail_access: false,
      catalog_access: false,
      status_rights: null,
      is_admin: user.is_admin,
      is_free: user.is_free,
      is_active: user.is_active,
      group_id: null,
      role_id: null,
    },
    ...selfLink(x, `users/${user.id}`),
    _embedded: { roles: [], groups: [] },
  };
}
