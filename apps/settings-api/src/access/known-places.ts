import { type DataSource } from 'typeorm';
import { networkOf } from './network-of.js';
import { hashOfToken, newToken } from './secret-token.js';

/** From where somebody logs in. */
export interface Place {
  /** Of the client, as a trusted proxy or the socket has it. */
  readonly address: string;
  /** What this browser was given when somebody logged in with it; undefined: nothing yet. */
  readonly device: string | undefined;
}

/** By what a place is known to be a person's: its browser, or only its network. */
export type Knowledge = 'device' | 'network' | null;

const keptPerPerson = 50;
const keptDays = 400;

/**
 * From where each person has logged in with the right password. It opens nothing by itself: it only keeps those who guess
 * a password elsewhere from using up the tries of its owner (OWASP, "Slow Down Online Guessing Attacks with Device
 * Cookies"). Devices are kept by their hashes.
 */
export class KnownPlaces {
  constructor(private readonly dataSource: DataSource) {}

  /** The same statement for a login that nobody has, so that time names none. */
  async knowledgeOf(login: string, { address, device }: Place): Promise<Knowledge> {
    const rows: { kind: 'device' | 'address' }[] = await this.dataSource.query(
      `select kind from known_places join users using (user_id)
        where login = $1 and seen_at > now() - $4 * interval '1 day'
          and (kind = 'device' and subject = $2 or kind = 'address' and subject = $3)`,
      [login, device === undefined ? '' : hashOfToken(device), networkOf(address), keptDays],
    );
    if (rows.some(({ kind }) => kind === 'device')) return 'device';
    return rows.length > 0 ? 'network' : null;
  }

  /**
   * To be called after a right password.
   *
   * @returns what this browser is known by from now on: several persons may share one
   */
  async remember(userId: string, { address, device: given }: Place): Promise<string> {
    const device = given !== undefined && (await this.isDevice(given)) ? given : newToken();
    await this.dataSource.query(
      `insert into known_places (user_id, kind, subject) values ($1, 'device', $2), ($1, 'address', $3)
       on conflict (user_id, kind, subject) do update set seen_at = now()`,
      [userId, hashOfToken(device), networkOf(address)],
    );
    await this.dataSource.query(
      `delete from known_places where user_id = $1 and (seen_at < now() - $2 * interval '1 day' or (kind, subject) in (
         select kind, subject from known_places where user_id = $1 order by seen_at desc offset $3))`,
      [userId, keptDays, keptPerPerson],
    );
    return device;
  }

  /** Of anybody's. What a browser merely claims to be is not taken up. */
  private async isDevice(device: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      `select 1 from known_places where kind = 'device' and subject = $1 limit 1`,
      [hashOfToken(device)],
    );
    return rows.length > 0;
  }
}
