import { type DataSource } from 'typeorm';
import { type JournalCall } from './journal-call.js';

/** How long the operator is warned of a call. */
const warnForDays = 7;
const shown = 5;

export interface CallsWithoutEnd {
  readonly count: number;
  /** When the first of them was given up waiting for. */
  readonly since: string;
  /** The newest few, for the journal. */
  readonly callIds: readonly string[];
}

/** Talks whose end did not come within 24 hours (rules.md R4), of the last week: the decision says so. */
export class CallsWithoutEndOf {
  constructor(private readonly dataSource: DataSource) {}

  /** Null: there are none. Index journal_without_end. */
  async account(accountId: string): Promise<CallsWithoutEnd | null> {
    const rows: { call_id: string; count: number; since: Date }[] = await this.dataSource.query(
      `select call_id, (count(*) over ())::int as count, min(without_end_at) over () as since from journal_calls
        where account_id = $1 and without_end_at > now() - $2 * interval '1 day'
        order by without_end_at desc limit $3`,
      [accountId, warnForDays, shown],
    );
    const [newest] = rows;
    if (newest === undefined) return null;
    return { count: newest.count, since: newest.since.toISOString(), callIds: rows.map((row) => row.call_id) };
  }
}

/** When a decision warned of the call; ISO 8601 UTC. */
export function withoutEndAt(call: JournalCall): string | null {
  const warned = Object.values(call.decisions).filter(
    ({ warnings }) => warnings?.includes('talk_without_end') === true,
  );
  return warned.map(({ decidedAt }) => decidedAt).sort()[0] ?? null;
}
