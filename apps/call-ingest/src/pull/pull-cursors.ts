import { randomUUID } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { z } from 'zod';

/** How long a process may take for one source before another may try: longer than any report. */
const LEASE_SEC = 600;

export interface PullTurn {
  readonly sourceId: string;
  readonly lease: string;
  /** Calls that finished up to here have been pulled. */
  readonly finishedUntilMs: number;
}

/**
 * Up to when each source has been pulled, by the time at which calls finished, and whose turn it is: a row is leased by
 * Postgres's clock, so of any number of processes one asks a vendor, and a process that died is followed after the lease.
 */
export class PullCursors {
  constructor(private readonly dataSource: DataSource) {}

  /** Leases one of the sources whose time has come; a source that was never pulled begins `firstBackMs` ago. */
  async claim(sourceIds: readonly string[], firstBackMs: number): Promise<PullTurn | null> {
    if (sourceIds.length === 0) return null;
    await this.dataSource.query(
      `insert into pull_cursors (source_id, finished_until)
       select source_id, now() - make_interval(secs => $2::float8) from unnest($1::uuid[]) as given (source_id)
       on conflict (source_id) do nothing`,
      [sourceIds, firstBackMs / 1000],
    );
    const lease = randomUUID();
    const [rows]: [unknown, number] = await this.dataSource.query(
      `update pull_cursors set lease = $2::uuid, leased_until = now() + make_interval(secs => $3::int)
       where source_id = (
         select source_id from pull_cursors
         where source_id = any($1::uuid[]) and due_at <= now() and leased_until <= now()
         order by due_at limit 1 for update skip locked)
       returning source_id as "sourceId", (extract(epoch from finished_until) * 1000)::float8 as "finishedUntilMs"`,
      [sourceIds, lease, LEASE_SEC],
    );
    const [turn] = z.array(z.object({ sourceId: z.string(), finishedUntilMs: z.number() })).parse(rows);
    return turn === undefined ? null : { ...turn, lease };
  }

  /** The turn is over. A lease that was lost moves nothing: its successor's cursor counts. */
  async finish(turn: PullTurn, finishedUntilMs: number, nextInMs: number): Promise<void> {
    await this.dataSource.query(
      `update pull_cursors set finished_until = greatest(finished_until, to_timestamp($3::float8 / 1000)),
         due_at = now() + make_interval(secs => $4::float8), leased_until = now()
       where source_id = $1 and lease = $2`,
      [turn.sourceId, turn.lease, finishedUntilMs, nextInMs / 1000],
    );
  }
}
