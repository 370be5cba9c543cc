import { ok, problem, Refusal, type Answer } from '../http/answer.js';
import { type Exchange, hasWith, idParam } from '../http/exchange.js';
import { pageOf, selfLink } from '../http/hal.js';
import { type Role } from '../store/model.js';
import { reference } from './card-lists.js';
import { requireAdmin } from './rights.js';

/** `GET /api/v4/roles` (§3.2). */
export function listRoles(x: Exchange): Answer {
  requireAdmin(x);
  const { roles } = x.store.directory;
  return pageOf(x, 'roles', roles, (role) => showRole(x, role), { totals: roles.length });
}

/** `GET /api/v4/roles/{id}`: 404 when there is none. */
export function getRole(x: Exchange): Answer {
  requireAdmin(x);
  const role = x.store.directory.roles.find((candidate) => candidate.id === idParam(x));
  if (role === undefined) throw new Refusal(problem(404, 'Role not found'));
  return ok(showRole(x, role));
}

function showRole(x: Exchange, role: Role) {
  const users = x.store.directory.users.filter((user) => user.role_id === role.id);
  return {
    ...role,
    ...selfLink(x, `roles/${role.id}`),
    _embedded: hasWith(x, 'users') ? { users: users.map((user) => reference(x, 'users', user.id)) } : {},
  };
}
