import { isUtf8 } from 'node:buffer';
import { type RejectedCallEvent, rejectedCallEvents, type RejectedItem } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import { type DataSource } from 'typeorm';
import { z } from 'zod';

/** As long as the topic keeps them, and as long as an event may be old (`too_old`): what is older cannot be replayed. */
const KEPT_DAYS = rejectedCallEvents.retention.kind === 'stream' ? rejectedCallEvents.retention.days : 30;

const EXCERPT_CHARS = 2_000;

export interface RejectedPage {
  readonly items: readonly RejectedItem[];
  readonly nextCursor: string | null;
}

const row = z.object({ message: rejectedCallEvents.schema, replayedAt: z.date().nullable() });
type Row = z.infer<typeof row>;

/** What was refused, for people: a copy of `pbx.call-events.rejected.v1` that can be searched by account. */
export class RejectedEvents {
  constructor(private readonly dataSource: DataSource) {}

  /** A redelivered reject is the reject that it was. Whoever adds also removes what has had its time. */
  async add(rejected: readonly RejectedCallEvent[]): Promise<void> {
    await this.dataSource.query(
      `insert into rejected_events (rejected_id, account_id, rejected_at, message)
       select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::jsonb[])
       on conflict (rejected_id) do nothing`,
      columns(
        rejected,
        (r) => r.rejectedId,
        (r) => r.accountId,
        (r) => r.rejectedAt,
        (r) => JSON.stringify(r),
      ),
    );
    await this.dataSource.query(
      `delete from rejected_events where rejected_at < now() - make_interval(days => $1::int)`,
      [KEPT_DAYS],
    );
  }

  /** Newest first; uses `rejected_events_of_account`. @throws RangeError for a cursor that is not ours */
  async list(accountId: string, limit: number, cursor: string | null): Promise<RejectedPage> {
    const after = cursor === null ? [null, null] : placeIn(cursor);
    const found: unknown = await this.dataSource.query(
      `select message, replayed_at as "replayedAt" from rejected_events
       where account_id = $1 and rejected_at > now() - make_interval(days => $2::int)
         and ($3::timestamptz is null or (rejected_at, rejected_id) < ($3::timestamptz, $4::uuid))
       order by rejected_at desc, rejected_id desc limit $5`,
      [accountId, KEPT_DAYS, ...after, limit + 1],
    );
    const rows = z.array(row).parse(found);
    const items = rows.slice(0, limit).map(itemOf);
    return { items, nextCursor: rows.length > limit ? cursorAt(items.at(-1)) : null };
  }

  /** Undefined: this account has no such reject. */
  async find(accountId: string, rejectedId: string): Promise<RejectedCallEvent | undefined> {
    const found: unknown = await this.dataSource.query(
      `select message, replayed_at as "replayedAt" from rejected_events where rejected_id = $1 and account_id = $2`,
      [rejectedId, accountId],
    );
    return z.array(row).parse(found)[0]?.message;
  }

  async markReplayed(rejectedId: string): Promise<void> {
    await this.dataSource.query(`update rejected_events set replayed_at = now() where rejected_id = $1`, [rejectedId]);
  }
}

function itemOf({ message, replayedAt }: Row): RejectedItem {
  const { rejectedId, rejectedAt, door, sourceId, code, original } = message;
  const bytes = Buffer.from(original.base64, 'base64');
  return {
    rejectedId,
    rejectedAt,
    door,
    sourceId,
    code,
    message: message.message,
    errors: message.errors,
    sizeBytes: original.sizeBytes,
    excerpt: original.truncated || isUtf8(bytes) ? bytes.toString('utf8').slice(0, EXCERPT_CHARS) : null,
    replayedAt: replayedAt?.toISOString() ?? null,
  };
}

function cursorAt(item: RejectedItem | undefined): string | null {
  return item === undefined ? null : Buffer.from(`${item.rejectedAt} ${item.rejectedId}`).toString('base64url');
}

function placeIn(cursor: string): [rejectedAt: string, rejectedId: string] {
  const [at, id] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (at === undefined || id === undefined || Number.isNaN(Date.parse(at)) || !z.guid().safeParse(id).success) {
    throw new RangeError('the cursor is not one of this list');
  }
  return [at, id];
}
