import { randomUUID } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { z } from 'zod';

/** How long a process may take for one source before another may try: longer than any report. */
const LEASE_SEC = 600;

const claimed = z.object({
  sourceId: z.string(),
  finishedUntilMs: z.number(),
  isToldByVendor: z.boolean(),
  askedUntilMs: z.number(),
});

export interface PullTurn {
  readonly sourceId: string;
  readonly lease: string;
  /** Calls that finished up to here have been pulled, by the vendor's clock as the cabinet's zone has it read. */
  readonly finishedUntilMs: number;
  /** Whether a row told that time; else it is where the source begins. */
  readonly isToldByVendor: boolean;
  /** When the vendor answered last, by our clock. */
  readonly askedUntilMs: number;
}

/** Where a turn that succeeded leaves its source. */
export type PullProgress = Pick<PullTurn, 'finishedUntilMs' | 'isToldByVendor' | 'askedUntilMs'>;

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
      `insert into pull_cursors (source_id, finished_until, asked_until)
       select source_id, now() - make_interval(secs => $2::float8), now() - make_interval(secs => $2::float8) from unnest($1::uuid[]) as given (source_id)
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
       returning source_id as "sourceId", told_by_vendor as "isToldByVendor",
         (extract(epoch from finished_until) * 1000)::float8 as "finishedUntilMs",
         (extract(epoch from asked_until) * 1000)::float8 as "askedUntilMs"`,
      [sourceIds, lease, LEASE_SEC],
    );
    const [turn] = z.array(claimed).parse(rows);
    return turn === undefined ? null : { ...turn, lease };
  }

  /**
   * The turn is over; without progress, the next begins where this one did. A lease that was lost moves nothing: its
   * successor's cursor counts.
   */
  async finish(turn: PullTurn, progress: PullProgress | null, nextInMs: number): Promise<void> {
    const { finishedUntilMs, isToldByVendor, askedUntilMs } = progress ?? {};
    await this.dataSource.query(
      `update pull_cursors set finished_until = coalesce(to_timestamp($3::float8 / 1000), finished_until),
         told_by_vendor = coalesce($4::boolean, told_by_vendor),
         asked_until = greatest(asked_until, to_timestamp($5::float8 / 1000)),
         due_at = now() + make_interval(secs => $6::float8), leased_until = now()
       where source_id = $1 and lease = $2`,
      [turn.sourceId, turn.lease, finishedUntilMs, isToldByVendor, askedUntilMs, nextInMs / 1000],
    );
  }
}
