import { NotFoundException } from '@nestjs/common';
import { inTransaction } from '@perezvon/postgres';
import { Problem } from '@perezvon/service';
import { type DataSource, type EntityManager } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';
import { type ChangeName } from '../audit/change-names.js';
import { tooMany } from '../http/limits.js';
import { timeOrderedUuid } from '../ids.js';
import { type AccountRole } from './access.js';
import { currentActor } from './current-actor.js';
import { hashPassword } from './passwords.js';

export interface UserView {
  readonly userId: string;
  readonly login: string;
  readonly name: string;
  readonly role: 'platform_admin' | AccountRole;
  readonly isDisabled: boolean;
  readonly createdAt: Date;
  readonly lastLoginAt: Date | null;
}

export interface NewUser {
  readonly login: string;
  readonly name: string;
  readonly role: UserView['role'];
  readonly password: string;
}

export type UserChange = Partial<Pick<NewUser, 'name' | 'role' | 'password'> & Pick<UserView, 'isDisabled'>>;

const maxUsersPerAccount = 1_000;

const columnsOfView = `user_id as "userId", login, name, role, is_disabled as "isDisabled", created_at as "createdAt",
  last_login_at as "lastLoginAt"`;

/** People who log in to the page: of one account, or (account null) the platform's admins. */
export class Users {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
  ) {}

  async list(accountId: string | null): Promise<UserView[]> {
    if (accountId !== null) await this.changes.requireAccount(accountId);
    return this.dataSource.query(
      `select ${columnsOfView} from users where account_id is not distinct from $1 order by user_id`,
      [accountId],
    );
  }

  async loginOf(userId: string): Promise<string | undefined> {
    const rows: { login: string }[] = await this.dataSource.query('select login from users where user_id = $1', [
      userId,
    ]);
    return rows[0]?.login;
  }

  async create(accountId: string | null, user: NewUser): Promise<UserView> {
    const passwordHash = await hashPassword(user.password);
    return this.within(accountId, 'user_added', async (tx) => {
      const counted: { n: number }[] = await tx.query(
        'select count(*)::int as n from users where account_id is not distinct from $1',
        [accountId],
      );
      if ((counted[0]?.n ?? 0) >= maxUsersPerAccount) throw tooMany(maxUsersPerAccount);
      const rows: UserView[] = await tx.query(
        `insert into users (user_id, account_id, login, name, role, password_hash) values ($1, $2, $3, $4, $5, $6)
         on conflict (login) do nothing returning ${columnsOfView}`,
        [timeOrderedUuid(), accountId, user.login.trim().toLowerCase(), user.name, user.role, passwordHash],
      );
      if (rows[0] === undefined) throw loginTaken();
      return { result: rows[0], subject: rows[0].login };
    });
  }

  /** Absent fields stay as they are. A new password, and being disabled, end the user's sessions. */
  async edit(accountId: string | null, userId: string, change: UserChange): Promise<UserView> {
    const losesRights = change.isDisabled === true || (change.role !== undefined && change.role !== 'account_admin');
    if (losesRights) refuseOneself(userId);
    const passwordHash = change.password === undefined ? null : await hashPassword(change.password);
    return this.within(accountId, passwordHash === null ? 'user_changed' : 'password_changed', async (tx) => {
      if (losesRights) await keepAnAdministrator(tx, accountId, userId);
      const [rows]: [UserView[], number] = await tx.query(
        `update users set name = coalesce($3, name), role = coalesce($4, role),
                is_disabled = coalesce($5, is_disabled), password_hash = coalesce($6, password_hash)
          where user_id = $1 and account_id is not distinct from $2 returning ${columnsOfView}`,
        [userId, accountId, change.name ?? null, change.role ?? null, change.isDisabled ?? null, passwordHash],
      );
      if (rows[0] === undefined) throw new NotFoundException();
      if (passwordHash !== null || change.isDisabled === true) {
        await tx.query('delete from sessions where user_id = $1', [userId]);
      }
      return { result: rows[0], subject: rows[0].login };
    });
  }

  async remove(accountId: string | null, userId: string): Promise<void> {
    refuseOneself(userId);
    await this.within(accountId, 'user_deleted', async (tx) => {
      await keepAnAdministrator(tx, accountId, userId);
      const [rows]: [{ login: string }[], number] = await tx.query(
        'delete from users where user_id = $1 and account_id is not distinct from $2 returning login',
        [userId, accountId],
      );
      if (rows[0] === undefined) throw new NotFoundException();
      return { result: undefined, subject: rows[0].login };
    });
  }

  private async within<Result>(
    accountId: string | null,
    change: ChangeName,
    work: (tx: EntityManager) => Promise<{ readonly result: Result; readonly subject: string }>,
  ): Promise<Result> {
    if (accountId !== null) return this.changes.changeAside(accountId, change, work);
    return (await inTransaction(this.dataSource, work)).result;
  }
}

/**
 * Who takes away his own rights does so by a slip of the hand, also while there are other administrators.
 *
 * @throws Problem `own_user`
 */
function refuseOneself(userId: string): void {
  const actor = currentActor();
  if (actor.kind !== 'user' || actor.id !== userId) return;
  throw new Problem({
    status: 409,
    code: 'own_user',
    message: {
      ru: 'Себя нельзя отключить, удалить или лишить прав. Попросите другого администратора.',
      en: 'You cannot disable or delete yourself, nor take your own rights. Ask another administrator.',
    },
  });
}

/**
 * Somebody who can give rights must remain, whoever takes them: two administrators from each other in the same moment, or
 * a key of the API. The rows of all who have the rights are locked, in one order: the second of two waits here, and then
 * sees only those whom the first has left.
 *
 * @throws Problem `last_administrator`
 */
async function keepAnAdministrator(tx: EntityManager, accountId: string | null, userId: string): Promise<void> {
  const rows: { user_id: string }[] = await tx.query(
    `select user_id from users
      where account_id is not distinct from $1 and role in ('account_admin', 'platform_admin') and not is_disabled
      order by user_id for update`,
    [accountId],
  );
  if (rows.length !== 1 || rows[0]?.user_id !== userId) return;
  throw new Problem({
    status: 409,
    code: 'last_administrator',
    message: {
      ru: 'Это последний администратор. Сначала дайте права администратора кому-нибудь ещё.',
      en: 'This is the last administrator. Give the rights of one to somebody else first.',
    },
  });
}

/** Logins are of the whole platform, so this tells that one exists; only an administrator gets to hear it. */
function loginTaken(): Problem {
  return new Problem({
    status: 409,
    code: 'login_taken',
    message: { ru: 'Такой логин уже занят. Выберите другой.', en: 'This login is taken. Choose another one.' },
  });
}
