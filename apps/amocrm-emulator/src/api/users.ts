import { ok, problem, Refusal, type Answer } from '../http/answer.js';
import { type Exchange, hasWith, idParam } from '../http/exchange.js';
import { pageOf, requestLink, selfLink } from '../http/hal.js';
import {
  CARD_RIGHTS,
  CARD_TYPES,
  OWN_CARDS,
  RIGHT_LETTERS,
  type CardRights,
  type CardType,
  type User,
} from '../store/model.js';
import { itemsOf, writeBatch } from './batch.js';
import { type ItemReader } from './item-reader.js';
import { requireAdmin } from './rights.js';

const MAX_NEW_USERS = 10;

/** `GET /api/v4/users` (§3.2). */
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

/** `POST /api/v4/users`: at most ten at once (§2.2). */
export function createUsers(x: Exchange): Answer {
  requireUsersRight(x);
  return writeBatch(
    x,
    itemsOf(x, MAX_NEW_USERS),
    ({ reader, requestId }) => {
      const name = reader.string('name', { required: true, notEmpty: true });
      const email = reader.string('email', { required: true, notEmpty: true });
      reader.string('password');
      reader.string('lang');
      const rights = reader.object('rights', { nullable: true });
      const isAdmin = rights?.boolean('is_admin') ?? false;
      const cards = readRights(rights);
      return () => {
        const user: User = {
          id: x.store.newId('users'),
          name: name ?? '',
          email: email ?? '',
          phone_number: '',
          is_admin: isAdmin,
          is_free: false,
          is_active: true,
          group_id: 0,
          role_id: null,
          rights: cards,
        };
        x.store.directory.users = [...x.store.directory.users, user];
        return { ...showUser(x, user), request_id: requestId };
      };
    },
    (users) => ({ _total_items: users.length, ...requestLink(x), _embedded: { users } }),
  );
}

function readRights(rights: ItemReader | undefined): CardRights {
  const of = (type: CardType) => {
    const reader = rights?.object(type, { nullable: true });
    const letters = { ...OWN_CARDS[type] };
    for (const right of CARD_RIGHTS) {
      const asked = reader?.string(right);
      const letter = RIGHT_LETTERS.find((known) => known === asked);
      if (letter !== undefined) letters[right] = letter;
      else if (asked !== undefined) reader?.notSupported(right);
    }
    return letters;
  };
  return { contacts: of('contacts'), companies: of('companies'), leads: of('leads') };
}

/** Administrators only, and never for an integration that is offered to other accounts (§1.5, §3.2). */
function requireUsersRight(x: Exchange): void {
  requireAdmin(x);
  if (x.isExternal) throw new Refusal(problem(403, 'Forbidden'));
}

function showUser(x: Exchange, user: User) {
  const role = x.store.directory.roles.find((candidate) => candidate.id === user.role_id);
  const groups = user.group_id === null ? [] : [{ id: user.group_id, name: 'Отдел продаж' }];
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    lang: 'ru',
    ...(hasWith(x, 'phone_number') ? { phone_number: user.phone_number } : {}),
    rights: {
      ...rightsOf(user),
      mail_access: false,
      catalog_access: false,
      status_rights: null,
      is_admin: user.is_admin,
      is_free: user.is_free,
      is_active: user.is_active,
      group_id: user.group_id,
      role_id: user.role_id,
    },
    ...selfLink(x, `users/${user.id}`),
    _embedded: {
      roles: hasWith(x, 'role') && role !== undefined ? [{ id: role.id, name: role.name }] : [],
      groups: hasWith(x, 'group') ? groups : [],
    },
  };
}

function rightsOf({ is_admin, rights }: User) {
  const all = { view: 'A', edit: 'A', add: 'A', delete: 'A', export: 'A' };
  const cards = Object.fromEntries(CARD_TYPES.map((type) => [type, is_admin ? all : rights[type]]));
  return { ...cards, tasks: { edit: 'A', delete: is_admin ? 'A' : 'M' } };
}
