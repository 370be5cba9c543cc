import { inTransaction } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { wake } from '../lanes/wake.js';
import type { Ledger } from './ledger.js';
import { isUnsettled } from './sql/unsettled.js';

export interface HousekeepingSettings {
  /** A command for a portal that nobody has heard of is parked after this. */
  readonly unknownPortalMs: number;
  /** Waiting effects are parked after this (design.md, Life cycle). */
  readonly expireMs: number;
}

/** Effects moved in one transaction. */
const pageSize = 500;

/**
 * What no lane's turn sees: effects without a lane, of a deleted portal, or too old. Each is parked with its reason,
 * never dropped. May run in every writer at once: what one has moved the next finds moved.
 */
export class Housekeeping {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: Ledger,
    private readonly settings: HousekeepingSettings,
  ) {}

  async run(now: number): Promise<void> {
    await this.joinLanes();
    await this.discardAll('account_deleted', ofDeletedAccounts, now);
    await this.parkAll('portal_deleted', ofDeletedPortals, [], now);
    await this.parkAll('portal_unknown', ofUnknownPortals, [this.settings.unknownPortalMs], now);
    await this.parkAll('expired', expired, [this.settings.expireMs], now);
    await this.retryAll(ofPortalsKnownNow, now);
    await this.readIdlePortals();
  }

  /** Stored while the portal was learning its lane. Index: effect_laneless. */
  private async joinLanes(): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const lanes = new Set<string>();
      for (const table of ['effect', 'lookup']) {
        const [rows]: [{ lane: string }[], number] = await tx.query(
          `update ${table} e set lane = p.lane from portal p
            where e.lane is null and p.portal_id = e.portal_id and p.lane is not null and p.deleted_at is null
              and p.account_id = e.account_id
           returning e.lane`,
        );
        for (const { lane } of rows) lanes.add(lane);
      }
      if (lanes.size > 0) await wake(tx, [...lanes]);
    });
  }

  private async parkAll(reason: string, which: string, parameters: unknown[], now: number): Promise<void> {
    await this.pages(which, parameters, (tx, seqs) => this.ledger.giveUp(tx, seqs, reason, now));
  }

  private async discardAll(reason: string, which: string, now: number): Promise<void> {
    await this.pages(which, [], async (tx, seqs) => {
      for (const seq of seqs) await this.ledger.discard(tx, seq, { reason }, now);
    });
  }

  private async retryAll(which: string, now: number): Promise<void> {
    await this.pages(which, [], async (tx, seqs) => {
      const lanes = await this.ledger.retry(tx, seqs, now);
      if (lanes.length > 0) await wake(tx, lanes);
    });
  }

  private async pages(
    which: string,
    parameters: unknown[],
    work: (tx: EntityManager, seqs: string[]) => Promise<void>,
  ): Promise<void> {
    for (let full = true; full;) {
      full = await inTransaction(this.dataSource, async (tx) => {
        const rows: { seq: string }[] = await tx.query(`${which} limit ${pageSize}`, parameters);
        await work(
          tx,
          rows.map((row) => row.seq),
        );
        return rows.length === pageSize;
      });
    }
  }

  /** A refresh token that nobody uses dies after three months (amocrm-api.md §1.3): a portal without calls is read monthly. */
  private async readIdlePortals(): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const [rows]: [{ lane: string }[], number] = await tx.query(
        `update portal set check_at = clock_timestamp()
          where lane is not null and deleted_at is null and stop_reason is null and check_at is null
            and directory_read_at < clock_timestamp() - interval '30 days'
         returning lane`,
      );
      if (rows.length > 0) await wake(tx, [...new Set(rows.map(({ lane }) => lane))]);
    });
  }
}

/** A doubt is parked first, with its portal: what may stand in amoCRM is not settled by a deletion. Index: effect_unsettled. */
const ofDeletedAccounts = `
  select e.seq::text from account a join effect e on e.account_id = a.account_id
   where a.deleted_at is not null and e.state in ('waiting', 'parked') and ${isUnsettled}`;

/** What was on its way when the portal was deleted becomes a doubt first, when its lane is next taken. Index: effect_open. */
const ofDeletedPortals = `
  select e.seq::text from portal p join effect e on e.portal_id = p.portal_id and e.state in ('waiting', 'in_doubt')
   where p.deleted_at is not null and p.account_id = e.account_id`;

/** No such portal, or one of another account: its token is not for this command. Index: effect_laneless. */
const ofUnknownPortals = `
  select e.seq::text from effect e left join portal p on p.portal_id = e.portal_id and p.account_id = e.account_id
   where e.lane is null and e.state = 'waiting' and p.portal_id is null
     and e.created_at < clock_timestamp() - $1::float8 * interval '1 millisecond'`;

const expired = `
  select e.seq::text from effect e
   where e.state = 'waiting' and e.created_at < clock_timestamp() - $1::float8 * interval '1 millisecond'
     and coalesce(e.waits_since, e.created_at) < clock_timestamp() - $1::float8 * interval '1 millisecond'`;

/** The portal turned up after all. Index: effect_parked. */
const ofPortalsKnownNow = `
  select e.seq::text from effect e
    join portal p on p.portal_id = e.portal_id and p.account_id = e.account_id and p.deleted_at is null
   where e.state = 'parked' and e.reason = 'portal_unknown'`;
