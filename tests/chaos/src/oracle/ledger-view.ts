import { Pool } from 'pg';

/** What the harness knows of an effect without asking the writer: its row. */
export interface LedgerRow {
  readonly account_id: string;
  readonly call_id: string;
  readonly effect: string;
  readonly state: string;
  readonly reason: string | null;
  /** Which parked effect of its call holds it. */
  readonly blocked_by: string | null;
  readonly detail: string | null;
  readonly revision: number;
  readonly phone: string | null;
  readonly amocrm_id: string | null;
  readonly entities: readonly { readonly type: string; readonly id: number }[];
  /** Milliseconds from its arrival to its last move. */
  readonly dwell_ms: number;
}

const TERMINAL_STATES = new Set(['done', 'skipped', 'parked', 'discarded']);

/** A parked effect holds those that depend on it: they wait for the same operator's word. */
export const hasEnded = ({ state, blocked_by }: Pick<LedgerRow, 'state' | 'blocked_by'>): boolean =>
  TERMINAL_STATES.has(state) || (state === 'waiting' && blocked_by !== null);

/** The same in SQL, the other way round. */
const IS_OPEN = `(state in ('sending', 'in_doubt') or (state = 'waiting' and blocked_by is null))`;

/** SQLSTATEs of a server or schema that is not there yet, or just now not, and of a deadlock with a writer: asked again. */
const NOT_NOW = new Set(['42P01', '3F000', '53300', '40P01', '57P01', '57P03', 'ECONNREFUSED', 'ECONNRESET']);

/** The writer's tables, read from outside and left alone, except that time is let pass ({@link hurry}). */
export class LedgerView {
  /** Off while recovery is measured: then every pause is as long as it is. */
  hurries = true;
  private readonly pool: Pool;

  constructor(url: string) {
    this.pool = new Pool({ connectionString: url, max: 2 });
    this.pool.on('error', () => undefined); // rows kill servers
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  async rows(): Promise<LedgerRow[]> {
    return this.ask<LedgerRow>(`
      select account_id, call_id::text, effect, state, reason, blocked_by, detail, revision, phone, amocrm_id::text, entities,
             (extract(epoch from updated_at - created_at) * 1000)::float8 as dwell_ms
        from amocrm_writer.effect order by seq`);
  }

  /** Of how many revisions the effects are that are stored, and how many of them have not ended. */
  async progress(): Promise<{ revisions: number; open: number }> {
    const [row] = await this.ask<{ revisions: string | null; open: string }>(`
      select sum(revision) as revisions, count(*) filter (where ${IS_OPEN}) as open
        from amocrm_writer.effect`);
    return { revisions: Number(row?.revisions ?? 0), open: Number(row?.open ?? 0) };
  }

  /** The same of each customer that has any. */
  async openByAccount(): Promise<Map<string, number>> {
    const rows = await this.ask<{ account_id: string; open: string }>(`
      select account_id, count(*) as open from amocrm_writer.effect where ${IS_OPEN} group by account_id`);
    return new Map(rows.map(({ account_id, open }) => [account_id, Number(open)]));
  }

  /** Effects of one customer that have not ended; what is not stored yet is not among them. */
  async openOf(accountId: string): Promise<number> {
    const rows = await this.rows();
    return rows.filter((row) => row.account_id === accountId && !hasEnded(row)).length;
  }

  async portalsRead(): Promise<number> {
    const [row] = await this.ask<{ read: string }>(
      `select count(*) as read from amocrm_writer.portal where directory is not null`,
    );
    return Number(row?.read ?? 0);
  }

  /** Portals by why they are stopped. */
  async stops(): Promise<{ portal_id: string; stop_reason: string }[]> {
    return this.ask(`select portal_id::text, stop_reason from amocrm_writer.portal where stop_reason is not null`);
  }

  /**
   * Lets the pauses pass, of lanes and of effects that wait, which grow to minutes while faults follow each other. Nothing
   * that "once" rests on is touched: leases, the looks of doubts and D keep their real time.
   */
  async hurry(): Promise<void> {
    if (!this.hurries) return;
    await this.ask(`
      update amocrm_writer.lane set paused_until = null, failures = 0,
             wake_at = least(coalesce(wake_at, clock_timestamp()), clock_timestamp())
       where paused_until > clock_timestamp()`);
    await this.ask(`
      with due as (update amocrm_writer.effect set next_at = clock_timestamp()
                    where state = 'waiting' and next_at > clock_timestamp() + interval '10 seconds' returning lane)
      update amocrm_writer.lane set wake_at = clock_timestamp() where lane in (select lane from due)`);
  }

  /** Lets the time until the probes of stopped portals pass. */
  async probesAreDue(): Promise<void> {
    await this.ask(`update amocrm_writer.portal set stop_until = clock_timestamp() where stop_until is not null`);
    await this.ask(`update amocrm_writer.lane set wake_at = clock_timestamp()`);
  }

  /** As a row needs it: the server's own functions. */
  async ask<Row extends object>(sql: string): Promise<Row[]> {
    try {
      return (await this.pool.query<Row>(sql)).rows;
    } catch (error) {
      if (error instanceof Error && 'code' in error && NOT_NOW.has(String(error.code))) return [];
      throw error;
    }
  }
}
