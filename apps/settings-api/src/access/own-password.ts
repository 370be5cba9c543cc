import { type Principal } from './access.js';
import { type Place } from './known-places.js';
import { type LoginRefusal, type Sessions } from './sessions.js';
import { type Users } from './users.js';

/** How a person's change of the own password ended. */
export type PasswordChange =
  | { readonly token: string }
  | LoginRefusal
  /** A key has no password. */
  | { readonly refused: 'no_person' };

/** A person changes the own password: without an administrator, and with the present one, so that a found session is not enough. */
export class OwnPassword {
  constructor(
    private readonly users: Users,
    private readonly sessions: Sessions,
  ) {}

  /**
   * Every session of the person ends, also those on other machines; the caller goes on with a new one.
   *
   * @param place whose device is the caller's session: who has one does not share the tries of those at the login
   */
  async change({ actor, accountId }: Principal, current: string, next: string, place: Place): Promise<PasswordChange> {
    const login = actor.kind === 'user' && actor.id !== null ? await this.users.loginOf(actor.id) : undefined;
    if (login === undefined) return { refused: 'no_person' };
    const checked = await this.sessions.check(login, current, place, 'device');
    if ('refused' in checked) return checked;
    await this.users.edit(accountId, checked.userId, { password: next });
    return { token: await this.sessions.start(checked.userId) };
  }
}
