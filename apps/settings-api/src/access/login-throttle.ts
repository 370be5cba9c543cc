import { type DataSource } from 'typeorm';

/** Attempts per window: of one login from one address, of one login from anywhere, from one address for any login. */
const limits = { pair: 10, login: 50, address: 200 };
const windowMinutes = 15;

/**
 * Slows the guessing of passwords, for all processes of the service together. An attempt is counted before the password
 * is looked at, so many at the same moment do not slip through. The limit of a login from anywhere is wide: nobody should
 * be locked out by a stranger who knows the login.
 */
export class LoginThrottle {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns seconds to wait when there were too many attempts, else 0 */
  async take(login: string, address: string): Promise<number> {
    const rows: { kind: keyof typeof limits; attempts: number; wait_sec: number }[] = await this.dataSource.query(
      `insert into login_attempts as known (kind, subject, attempts, window_ends_at)
       select kind, subject, 1, now() + $3 * interval '1 minute' from unnest($1::text[], $2::text[]) as given (kind, subject)
       on conflict (kind, subject) do update set
         attempts = case when known.window_ends_at < now() then 1 else known.attempts + 1 end,
         window_ends_at = case when known.window_ends_at < now() then excluded.window_ends_at else known.window_ends_at end
       returning kind, attempts, ceil(extract(epoch from window_ends_at - now()))::int as wait_sec`,
      [['address', 'login', 'pair'], [address, login, pairOf(login, address)], windowMinutes],
    );
    return Math.max(0, ...rows.map((row) => (row.attempts > limits[row.kind] ? Math.max(1, row.wait_sec) : 0)));
  }

  /** After a right password: its own mistakes are forgiven, and whatever is over is forgotten. */
  async forgive(login: string, address: string): Promise<void> {
    await this.dataSource.query(`delete from login_attempts where kind = 'pair' and subject = $1`, [
      pairOf(login, address),
    ]);
    // What another login is counting just now is passed by: waiting for it, in another order than it locks, would end in a
    // deadlock.
    await this.dataSource.query(
      `delete from login_attempts where (kind, subject) in (
         select kind, subject from login_attempts where window_ends_at < now() for update skip locked)`,
    );
  }
}

function pairOf(login: string, address: string): string {
  return `${login} ${address}`;
}
