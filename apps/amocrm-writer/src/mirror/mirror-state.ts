import type { DataSource, EntityManager } from 'typeorm';
import type { OwnCard } from '../clients/client-store.js';
import { takesRequests } from '../portals/portal.js';

export type MirroredList = 'contacts' | 'companies' | 'leads' | 'events';

/**
 * How far a lane's copy is. Seconds are amoCRM's clock, milliseconds Postgres's.
 *
 *   none ──begin──▶ reading leads → companies → contacts → what changed meanwhile ──▶ complete ──every client told──▶ told
 *
 * Complete: an increment brings it up to date, and a round of many clients is told from it. Told: the engine's directory
 * holds it too. Nothing leads back: a copy that was left alone for long is brought up to date by a longer increment.
 */
export interface MirrorState {
  /** Where the first read is; null = through. `changes`: all lists are read, what changed since the beginning is not. */
  readonly reading: {
    readonly list: 'leads' | 'companies' | 'contacts' | 'changes';
    readonly page: number;
    /** Pages before this one have been read with nothing deleted meanwhile. */
    readonly surePage: number;
  } | null;
  /** Changes up to here are in it, by list; during the first read: where following begins. */
  readonly until: Readonly<Record<MirroredList, number>>;
  /** Deals that have not changed since are not in it; null = all are. */
  readonly leadsFrom: number | null;
  /** When the newest increment began. */
  readonly readAt: number | null;
  /** While calls waited it was found too large to be read at once. */
  readonly tooLargeAt: number | null;
  /** Clients of cards up to this one, by type and id, have been told; null = none yet, or all. */
  readonly toldTo: OwnCard | null;
  /** Then those of whom something was told before: they may have no card any more. Up to this phone; null = not yet. */
  readonly toldPhone: string | null;
  readonly toldAt: number | null;
  readonly hintedAt: number | null;
}

export const isComplete = ({ reading }: MirrorState): boolean => reading === null;

/** Before the first request: following begins here, some minutes early, because amoCRM's clock may be behind ours. */
export function nothingRead(now: number, months: number): MirrorState {
  const from = Math.floor(now / 1000) - clockSkewSec;
  return {
    reading: { list: 'leads', page: 1, surePage: 1 },
    until: { contacts: from, companies: from, leads: from, events: from },
    leadsFrom: months === 0 ? null : from - months * monthSec,
    readAt: null,
    tooLargeAt: null,
    toldTo: null,
    toldPhone: null,
    toldAt: null,
    hintedAt: null,
  };
}

const clockSkewSec = 600;
const monthSec = 30 * 24 * 60 * 60;

/** The rows of {@link MirrorState}, one per lane. */
export class MirrorStates {
  constructor(private readonly dataSource: DataSource) {}

  async of(lane: string): Promise<MirrorState | null> {
    const [row]: StoredState[] = await this.dataSource.query(
      `select list, page, sure_page, contacts_until::float8, companies_until::float8, leads_until::float8,
              events_until::float8, leads_from::float8, told_type, told_id::float8, told_phone, ${ms('read_at')}, ${ms('too_large_at')},
              ${ms('told_at')}, ${ms('hinted_at')}
         from mirror where lane = $1`,
      [lane],
    );
    return row === undefined ? null : stateOf(row);
  }

  /** @param nextAt when the background goes on by itself */
  async save(lane: string, state: MirrorState, nextAt: number): Promise<void> {
    const { reading, until, leadsFrom, readAt, tooLargeAt, toldTo, toldPhone, toldAt } = state;
    await this.dataSource.query(
      `insert into mirror (lane, is_complete, list, page, sure_page, contacts_until, companies_until, leads_until,
                           events_until, leads_from, told_type, told_id, told_phone, read_at, too_large_at, told_at, next_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, ${time(14)}, ${time(15)}, ${time(16)}, ${time(17)})
       on conflict (lane) do update
          set is_complete = excluded.is_complete, list = excluded.list, page = excluded.page,
              sure_page = excluded.sure_page, contacts_until = excluded.contacts_until,
              companies_until = excluded.companies_until, leads_until = excluded.leads_until,
              events_until = excluded.events_until, leads_from = excluded.leads_from, told_type = excluded.told_type,
              told_id = excluded.told_id, told_phone = excluded.told_phone, read_at = excluded.read_at, too_large_at = excluded.too_large_at,
              told_at = excluded.told_at, next_at = excluded.next_at`,
      [
        lane,
        reading === null,
        reading?.list ?? null,
        reading?.page ?? 1,
        reading?.surePage ?? 1,
        until.contacts,
        until.companies,
        until.leads,
        until.events,
        leadsFrom,
        toldTo?.type ?? null,
        toldTo?.id ?? null,
        toldPhone,
        readAt,
        tooLargeAt,
        toldAt,
        nextAt,
      ],
    );
  }

  /**
   * When the background has something to do for the lane, Unix milliseconds: at once, if nothing has been read. Null where
   * no portal of the lane could be asked: a stopped one is not waited for by a clock.
   */
  async dueAt(lane: string, by: Pick<EntityManager, 'query'> = this.dataSource): Promise<number | null> {
    const [row]: { at: number }[] = await by.query(
      `select (extract(epoch from coalesce(${dueTime}, clock_timestamp())) * 1000)::float8 as at
         from (select $1::text as lane) l left join mirror m using (lane)
        where exists (
          select 1 from portal p
           where p.lane = $1 and ${takesRequests}
             and jsonb_array_length(p.directory->'users') > 0)`,
      [lane],
    );
    return row?.at ?? null;
  }

  async putOff(lane: string, until: number): Promise<void> {
    await this.dataSource.query(`update mirror set next_at = ${time(2)} where lane = $1`, [lane, until]);
  }
}

/** A listing lags behind the hook that tells of a change, and many hooks are one increment. */
const dueTime = `case when m.told_at is not null and m.hinted_at > m.read_at
                      then least(m.next_at, greatest(m.hinted_at + interval '1 second', m.read_at + interval '10 seconds'))
                      else m.next_at end`;

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8 as ${column}`;
const time = (parameter: number) => `to_timestamp($${parameter}::float8 / 1000)`;

interface StoredState {
  list: 'leads' | 'companies' | 'contacts' | 'changes' | null;
  page: number;
  sure_page: number;
  contacts_until: number | null;
  companies_until: number | null;
  leads_until: number | null;
  events_until: number | null;
  leads_from: number | null;
  told_type: OwnCard['type'] | null;
  told_id: number | null;
  told_phone: string | null;
  read_at: number | null;
  too_large_at: number | null;
  told_at: number | null;
  hinted_at: number | null;
}

const stateOf = (row: StoredState): MirrorState => ({
  reading: row.list === null ? null : { list: row.list, page: row.page, surePage: row.sure_page },
  until: {
    contacts: row.contacts_until ?? 0,
    companies: row.companies_until ?? 0,
    leads: row.leads_until ?? 0,
    events: row.events_until ?? 0,
  },
  leadsFrom: row.leads_from,
  readAt: row.read_at,
  tooLargeAt: row.too_large_at,
  toldTo: row.told_type === null || row.told_id === null ? null : { type: row.told_type, id: row.told_id },
  toldPhone: row.told_phone,
  toldAt: row.told_at,
  hintedAt: row.hinted_at,
});
