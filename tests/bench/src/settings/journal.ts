import pg from 'pg';
import { median, type Row } from '../rows.js';
import { startBenchApi, type BenchApi } from './settings-api.js';

const CALLS = 10_000_000;
const CALLS_AT_ONCE = 500_000;
/** One call every three seconds: 10 million are most of a year. */
const SECONDS_BETWEEN_CALLS = 3;
const PHONES = 400_000;
const SEARCHES_PER_RUN = 300;
const GOAL_MS = 200;
const ACCOUNT = 'bench';

/**
 * How long an operator's searches take over HTTP with 10 million calls of one account in the journal: by phone, by period,
 * by outcome, by state, and further pages, in turns and each with other values.
 */
export async function benchJournal(runs: number, say: (line: string) => void): Promise<Row[]> {
  const api = await startBenchApi();
  try {
    await api.call('POST', '/accounts', { accountId: ACCOUNT, name: 'Bench' });
    await fill(api, say);
    const p95s: number[] = [];
    await searches(api, SEARCHES_PER_RUN); // the first ones read the index from disk and compile the code
    for (let run = 1; run <= runs; run += 1) {
      const taken = await searches(api, SEARCHES_PER_RUN);
      p95s.push(taken.sort((a, b) => a - b)[Math.floor(taken.length * 0.95)] ?? Infinity);
      say(`run ${String(run)}: p95 ${(p95s.at(-1) ?? 0).toFixed(1)} ms`);
    }
    const value = median(p95s);
    return [
      {
        id: 'journal_search_p95_ms',
        value: Number(value.toFixed(2)),
        unit: 'ms',
        goal: `<= ${String(GOAL_MS)}`,
        met: value <= GOAL_MS,
        runs: p95s.map((each) => Number(each.toFixed(2))),
      },
    ];
  } finally {
    await api.end();
  }
}

/** Rows as the consumers leave them, bodies included; nine of ten calls were answered, one in a thousand is parked. */
const FILL = `
  insert into settings.journal_calls
    (account_id, call_id, pbx_call_id, started_at, direction, phone, outcome, state, portal_id, body)
  select $1::text, call_id, n::text, started_at, direction, phone, outcome, state, null,
         json_build_object('accountId', $1::text, 'callId', call_id, 'pbxCallId', n::text, 'events', '{}'::json,
                           'decisions', '{}'::json, 'results', '{}'::json, 'state', null, 'routes', '{}'::json,
                           'linked', '[]'::json)
    from generate_series($2::int, $3::int) as n,
         lateral (select gen_random_uuid() as call_id,
                         now() - n * interval '${String(SECONDS_BETWEEN_CALLS)} seconds' as started_at,
                         case when n % 3 = 0 then 'out' else 'in' end as direction,
                         '+7916' || lpad((n::bigint * 7919 % ${String(PHONES)})::text, 7, '0') as phone,
                         case when n % 10 = 0 then 'missed' else 'answered' end as outcome,
                         case when n % 1000 = 0 then 'parked' else 'done' end as state) as call`;

/** Built again when the rows are in, as the migration made them: filling takes minutes instead of a quarter of an hour. */
const SECONDARY_INDEXES = `
  select indexname, indexdef from pg_indexes
   where schemaname = 'settings' and tablename = 'journal_calls' and indexname not like '%pkey'`;

async function fill({ databaseUrl }: BenchApi, say: (line: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const indexes = await client.query<{ indexname: string; indexdef: string }>(SECONDARY_INDEXES);
    for (const { indexname } of indexes.rows) await client.query(`drop index settings.${indexname}`);
    for (let first = 1; first <= CALLS; first += CALLS_AT_ONCE) {
      await client.query(FILL, [ACCOUNT, first, first + CALLS_AT_ONCE - 1]);
      say(`${(first + CALLS_AT_ONCE - 1).toLocaleString('en')} calls`);
    }
    for (const { indexdef } of indexes.rows) await client.query(indexdef.replace(' ON ONLY ', ' ON '));
    await client.query('vacuum analyze settings.journal_calls');
  } finally {
    await client.end();
  }
}

async function searches(api: BenchApi, count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const query = new URLSearchParams(queries[n % queries.length]?.(n)).toString();
    const since = performance.now();
    const page = (await api.call('GET', `/accounts/${ACCOUNT}/calls?${query}`)) as Page;
    taken.push(performance.now() - since);
    if (page.items.length === 0) throw new Error(`nothing was found by ${query}`);
    if (page.nextCursor === null || n % 10 !== 0) continue;
    const next = performance.now();
    await api.call('GET', `/accounts/${ACCOUNT}/calls?${query}&cursor=${page.nextCursor}`);
    taken.push(performance.now() - next);
  }
  return taken;
}

interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

const dayMs = 24 * 60 * 60 * 1000;
/** The start of a day in the past that the journal covers. */
const dayOf = (n: number): Date => new Date(Date.now() - ((n * 37) % 300) * dayMs - dayMs);

const queries: readonly ((n: number) => Record<string, string>)[] = [
  () => ({}),
  (n) => ({ phone: `+7916${String((n * 104_729) % PHONES).padStart(7, '0')}` }),
  (n) => ({ from: dayOf(n).toISOString(), to: new Date(dayOf(n).getTime() + dayMs).toISOString() }),
  (n) => ({ outcome: 'missed', to: dayOf(n).toISOString() }),
  (n) => ({ state: 'parked', to: dayOf(n).toISOString() }),
  (n) => ({ direction: 'out', outcome: 'missed', to: dayOf(n).toISOString() }),
];
