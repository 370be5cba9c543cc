import { type DataSource } from 'typeorm';
import { type AccountRole, type Principal } from './access.js';
import { type Knowledge, type KnownPlaces, type Place } from './known-places.js';
import { type LoginThrottle } from './login-throttle.js';
import { isPassword } from './passwords.js';
import { csrfTokenOf, hashOfToken, newToken } from './secret-token.js';

export interface OpenSession {
  readonly principal: Principal;
  readonly csrfToken: string;
}

/** An expected "no" of a login. */
export type LoginRefusal =
  { readonly refused: 'wrong' } | { readonly refused: 'throttled'; readonly retryAfterSec: number };

interface UserRow {
  user_id: string;
  account_id: string | null;
  name: string;
  role: 'platform_admin' | AccountRole;
}

/** A session ends by logout, when it was not used for 12 hours, after 30 days, with its user, or with its password. */
const alive = `sessions.seen_at > now() - interval '12 hours' and sessions.created_at > now() - interval '30 days'`;

/** Logins of people, kept in PostgreSQL by their hashes: any process of the service knows them, a dump opens none. */
export class Sessions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly throttle: LoginThrottle,
    private readonly places: KnownPlaces,
  ) {}

  /** @returns the values of the cookies, this once: of the session, and of the browser it is opened in */
  async open(login: string, password: string, place: Place): Promise<{ token: string; device: string } | LoginRefusal> {
    const name = login.trim().toLowerCase();
    const checked = await this.check(name, password, place, await this.places.knowledgeOf(name, place));
    if ('refused' in checked) return checked;
    return { token: await this.start(checked.userId), device: await this.places.remember(checked.userId, place) };
  }

  /**
   * Is this the password of this login? Every try counts, whatever it is asked for.
   *
   * @param name of the login, in small letters
   */
  async check(
    name: string,
    password: string,
    place: Place,
    known: Knowledge,
  ): Promise<{ userId: string } | LoginRefusal> {
    const retryAfterSec = await this.throttle.take(name, place, known);
    if (retryAfterSec > 0) return { refused: 'throttled', retryAfterSec };
    const rows: { user_id: string; password_hash: string }[] = await this.dataSource.query(
      'select user_id, password_hash from users where login = $1 and not is_disabled',
      [name],
    );
    const [user] = rows;
    const isRight = await isPassword(password, user?.password_hash);
    if (user === undefined || !isRight) return { refused: 'wrong' };
    await this.throttle.forgive(name, place, known);
    return { userId: user.user_id };
  }

  /** For a user whose password was just seen. */
  async start(userId: string): Promise<string> {
    const token = newToken();
    await this.dataSource.query('insert into sessions (token_hash, user_id) values ($1, $2)', [
      hashOfToken(token),
      userId,
    ]);
    await this.dataSource.query('update users set last_login_at = now() where user_id = $1', [userId]);
    await this.dataSource.query(`delete from sessions where user_id = $1 and not (${alive})`, [userId]);
    return token;
  }

  /** Whose session this is; undefined: nobody's. */
  async of(token: string): Promise<OpenSession | undefined> {
    const rows: UserRow[] = await this.dataSource.query(
      `select users.user_id, users.account_id, users.name, users.role from sessions join users using (user_id)
        where token_hash = $1 and not users.is_disabled and ${alive}`,
      [hashOfToken(token)],
    );
    const [user] = rows;
    if (user === undefined) return undefined;
    // Once a minute at most: reading settings must not become writing.
    await this.dataSource.query(
      `update sessions set seen_at = now() where token_hash = $1 and seen_at < now() - interval '1 minute'`,
      [hashOfToken(token)],
    );
    return { principal: principalOf(user), csrfToken: csrfTokenOf(token) };
  }

  async close(token: string): Promise<void> {
    await this.dataSource.query('delete from sessions where token_hash = $1', [hashOfToken(token)]);
  }
}

function principalOf({ user_id, account_id, name, role }: UserRow): Principal {
  const actor = { kind: 'user', id: user_id, name } as const;
  if (role === 'platform_admin') return { role, accountId: null, actor };
  if (account_id === null) throw new Error('a user of an account has no account');
  return { role, accountId: account_id, actor };
}
