import { type DataSource } from 'typeorm';
import { type Knowledge, type Place } from './known-places.js';
import { networkOf } from './network-of.js';
import { hashOfToken } from './secret-token.js';

/**
 * Whose tries are counted: of one login on one browser that it is known on; of one login from one network; of one network
 * for any login; of one login by strangers, wherever they are.
 */
type Kind = 'device' | 'pair' | 'network' | 'strangers';

/** So many tries at once; each comes back after so many seconds. A guesser by many networks has 288 a day and login. */
const allowed: Readonly<Record<Kind, { tries: number; everySec: number }>> = {
  device: { tries: 10, everySec: 300 },
  pair: { tries: 10, everySec: 300 },
  network: { tries: 200, everySec: 10 },
  strangers: { tries: 50, everySec: 300 },
};

/** One of the counts that a try has to pass. */
interface Count {
  readonly kind: Kind;
  readonly subject: string;
}

/**
 * Slows the guessing of passwords, for all processes of the service together. A try is counted before the password is
 * looked at, so many at the same moment do not slip through; a refused one is not counted.
 *
 * Nobody is locked out by others who know the login: a browser that the login is known on has tries of its own, and a
 * network that it is known in does not share those of strangers.
 */
export class LoginThrottle {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns seconds to wait when there were too many tries, else 0 */
  async take(login: string, place: Place, known: Knowledge): Promise<number> {
    for (const count of countsOf(login, place, known)) {
      // One after the other: what one count refuses must not use up the next, or a single guesser would use up all.
      const waitSec = await this.takeOf(count);
      if (waitSec > 0) return waitSec;
    }
    return 0;
  }

  /** After a right password: its own mistakes are forgiven, no try of others is used up, and what is over is forgotten. */
  async forgive(login: string, place: Place, known: Knowledge): Promise<void> {
    for (const { kind, subject } of countsOf(login, place, known)) {
      const isOwn = kind === 'device' || kind === 'pair';
      await this.dataSource.query(
        isOwn
          ? 'delete from login_tries where kind = $1 and subject = $2'
          : `update login_tries set spent_until = spent_until - $3 * interval '1 second' where kind = $1 and subject = $2`,
        isOwn ? [kind, subject] : [kind, subject, allowed[kind].everySec],
      );
    }
    // What another login is counting just now is passed by: nobody waits here for anybody. Index login_tries_by_end.
    await this.dataSource.query(
      `delete from login_tries where (kind, subject) in (
         select kind, subject from login_tries where spent_until < now() limit 1000 for update skip locked)`,
    );
  }

  /** `spent_until`: when all its tries are back. The last of them is taken when all but one are still to come. */
  private async takeOf({ kind, subject }: Count): Promise<number> {
    const { tries, everySec } = allowed[kind];
    const rows: { is_refused: boolean; wait_sec: number }[] = await this.dataSource.query(
      `insert into login_tries as known (kind, subject, spent_until, is_refused)
       values ($1, $2, now() + $4 * interval '1 second', false)
       on conflict (kind, subject) do update set
         is_refused = known.spent_until > now() + ($3 - 1) * $4 * interval '1 second',
         spent_until = case when known.spent_until > now() + ($3 - 1) * $4 * interval '1 second' then known.spent_until
                            else greatest(known.spent_until, now()) + $4 * interval '1 second' end
       returning is_refused, ceil(extract(epoch from spent_until - now()) - ($3 - 1) * $4)::int as wait_sec`,
      [kind, subject, tries, everySec],
    );
    const [row] = rows;
    return row?.is_refused === true ? Math.max(1, row.wait_sec) : 0;
  }
}

function countsOf(login: string, { address, device }: Place, known: Knowledge): Count[] {
  const network = networkOf(address);
  if (known === 'device' && device !== undefined) {
    return [{ kind: 'device', subject: `${login} ${hashOfToken(device)}` }];
  }
  return [
    { kind: 'pair', subject: `${login} ${network}` },
    { kind: 'network', subject: network },
    ...(known === null ? [{ kind: 'strangers', subject: login } as const] : []),
  ];
}
