import { type CallOutcome, type EffectName } from '@perezvon/contracts';
import { type DataSource } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';

/** How many calls there were, how they ended, when they began, and what they made in amoCRM. */
export interface CallTotals {
  readonly calls: number;
  readonly byOutcome: readonly OutcomeCount[];
  /** The hours in which calls began, counted from `from`: its own hour is 0. Hours without calls are left out. */
  readonly byHour: readonly { readonly hour: number; readonly byOutcome: readonly OutcomeCount[] }[];
  /** Calls that made such a thing. */
  readonly made: readonly { readonly effect: EffectName; readonly count: number }[];
}

export interface OutcomeCount {
  /** Null: the call has not ended, or how it ended is not known. */
  readonly outcome: CallOutcome | null;
  readonly count: number;
}

/** More is a report, not a look at the day. */
const mostDays = 32;

/** The calls of one account that began in a period; other ids of the same call are no calls. Along `journal_by_time`. */
const ofThePeriod = `
  from journal_calls
 where account_id = $1 and state <> 'joined' and started_at >= $2::timestamptz
   and started_at < least($3::timestamptz, $2::timestamptz + interval '${String(mostDays)} days')`;

const ENDINGS = `
  select floor(extract(epoch from started_at - $2::timestamptz) / 3600)::int as hour, outcome, count(*)::int as count
  ${ofThePeriod} group by 1, 2 order by 1, 2`;

const MADE = `
  select effect, count(*)::int as count
    from (select unnest(made) as effect ${ofThePeriod}) as each_thing group by 1 order by 1`;

export class JournalTotals {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
  ) {}

  /** @param to null: until now; at most 32 days after `from` in any case */
  async of(accountId: string, from: string, to: string | null): Promise<CallTotals> {
    await this.changes.requireAccount(accountId);
    const period = [accountId, from, to ?? 'infinity'];
    const endings: (OutcomeCount & { readonly hour: number })[] = await this.dataSource.query(ENDINGS, period);
    const made: CallTotals['made'] = await this.dataSource.query(MADE, period);
    const hours = [...new Set(endings.map(({ hour }) => hour))];
    return {
      calls: endings.reduce((sum, { count }) => sum + count, 0),
      byOutcome: summed(endings),
      byHour: hours.map((hour) => ({ hour, byOutcome: summed(endings.filter((each) => each.hour === hour)) })),
      made,
    };
  }
}

function summed(endings: readonly OutcomeCount[]): OutcomeCount[] {
  const counts = new Map<CallOutcome | null, number>();
  for (const { outcome, count } of endings) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  return [...counts].map(([outcome, count]) => ({ outcome, count }));
}
