import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type PreparedStatement, type TestDatabase } from '@perezvon/postgres';
import { randomUUID } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { writerDatabase } from '../writer-database.js';
import {
  COMPANION_DEALS,
  DUE_LOOKS,
  NEXT_LOOK_AT,
  NEXT_READY_AT,
  OPEN_SINCE,
  READY_EFFECTS,
} from './ledger-queries.js';

const lanes = 10;
const callsPerLane = 400;
/** Contact, deal and note. */
const effectsPerCall = 3;
const limit = 400;

let database: TestDatabase;
/** One session: a prepared plan belongs to it. */
let session: QueryRunner;
let contacts: string;

/** Plans every question, then lets a backlog come. */
async function open(whatWasThere: () => Promise<void>): Promise<void> {
  database = await createTestDatabase(writerDatabase);
  session = database.dataSource.createQueryRunner();
  // It would soon tell Postgres of the backlog, and the plans would be made anew.
  await session.query('alter table effect set (autovacuum_enabled = false)');
  await whatWasThere();
  await session.query('set plan_cache_mode = force_generic_plan');
  await prepare(READY_EFFECTS, 'text, int, bigint[]');
  await prepare(COMPANION_DEALS, 'bigint[]');
  await prepare(DUE_LOOKS, 'text, int');
  for (const statement of [NEXT_READY_AT, NEXT_LOOK_AT, OPEN_SINCE]) await prepare(statement, 'text');
  await pagesOf(READY_EFFECTS, `'lane 1', ${String(limit)}, '{}'`);
  await pagesOf(COMPANION_DEALS, `'{}'`);
  await pagesOf(DUE_LOOKS, `'lane 1', ${String(limit)}`);
  for (const statement of [NEXT_READY_AT, NEXT_LOOK_AT, OPEN_SINCE]) await pagesOf(statement, `'lane 1'`);
  for (let lane = 1; lane <= lanes; lane += 1) await fill(lane, callsPerLane);
  const rows = (await session.query(
    `select seq::text from effect where lane = 'lane 1' and effect = 'contact' and state = 'waiting' order by seq limit 50`,
  )) as { seq: string }[];
  contacts = `'{${rows.map(({ seq }) => seq).join(',')}}'`;
}

const nameOf = ({ name }: PreparedStatement): string => `"${name}"`;

async function prepare(statement: PreparedStatement, types: string): Promise<void> {
  await session.query(`prepare ${nameOf(statement)} (${types}) as ${statement.sql}`);
}

/** How many pages of tables and indexes it looked at, by the plan that stands. */
async function pagesOf(statement: PreparedStatement, parameters: string): Promise<number> {
  const [row] = (await session.query(
    `explain (analyze, buffers, format json) execute ${nameOf(statement)} (${parameters})`,
  )) as { 'QUERY PLAN': { Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } }[] }[];
  const plan = row?.['QUERY PLAN'][0]?.Plan;
  if (plan === undefined) throw new Error('no plan');
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

/** What waits in a lane; some effects are in doubt, some are parked. */
async function fill(lane: number, calls: number): Promise<void> {
  const [accountId, portalId] = [`account ${String(lane)}`, randomUUID()];
  await session.query(`insert into account (account_id, version, is_active) values ($1, 1, true)`, [accountId]);
  await session.query(
    `insert into portal (portal_id, account_id, url, lane) values ($1, $2, 'https://one.amocrm.ru', $3)`,
    [portalId, accountId, `lane ${String(lane)}`],
  );
  await session.query(
    `insert into effect (account_id, call_id, effect, portal_id, lane, phone, after_effects, command, revision, state,
                         next_at, marker, caused_at, epoch, sent_at, settled_from)
     select $1, call_id, kind, $2, $3, '+7916' || n, after, '{}', 1,
            case n % 20 when 1 then 'in_doubt' when 2 then 'parked' else 'waiting' end,
            now(), '', now() - interval '1 hour', 1, now(), now()
       from (select gen_random_uuid() as call_id, n from generate_series(1, $4::int) n offset 0) calls
      cross join (values ('contact', '{}'::text[]), ('deal', '{contact}'), ('note', '{contact,deal}')) as w (kind, after)`,
    [accountId, portalId, `lane ${String(lane)}`, calls],
  );
}

/** What one lane has: each of its rows is looked at, and for each a few others are found by index. */
const perLane = callsPerLane * effectsPerCall * 15;

const beginnings: [string, () => Promise<void>][] = [
  ['nothing waited', () => Promise.resolve()],
  ['nothing waited, and Postgres knew it', () => session.query('vacuum analyze').then(() => undefined)],
  [
    'a few calls waited, and Postgres knew it',
    async () => {
      await fill(0, 7);
      await session.query('vacuum analyze');
    },
  ],
];

describe.each(beginnings)('a backlog comes to a writer that has planned its questions while %s', (_, whatWasThere) => {
  beforeAll(() => open(whatWasThere), 60_000);
  afterAll(async () => {
    await session.release();
    await database.drop();
  });

  it('every turn went through all that waits in all lanes for each of its effects', async () => {
    expect(await pagesOf(READY_EFFECTS, `'lane 1', ${String(limit)}, '{}'`)).toBeLessThan(perLane);
  });

  it('so did it for calls that have just happened', async () => {
    await session.query(`update effect set caused_at = now() where lane = 'lane 2'`);
    expect(await pagesOf(READY_EFFECTS, `'lane 2', ${String(limit)}, '{}'`)).toBeLessThan(2 * perLane);
  });

  it('the deals that go with their contacts were looked for among all that waits', async () => {
    expect(await pagesOf(COMPANION_DEALS, contacts)).toBeLessThan(50 * 20);
  });

  it('the end of a turn was found by its own lane alone', async () => {
    expect(await pagesOf(NEXT_READY_AT, `'lane 1'`)).toBeLessThan(100);
    expect(await pagesOf(NEXT_LOOK_AT, `'lane 1'`)).toBeLessThan(200);
    expect(await pagesOf(OPEN_SINCE, `'lane 1'`)).toBeLessThan(20);
    expect(await pagesOf(DUE_LOOKS, `'lane 1', ${String(limit)}`)).toBeLessThan(200);
  });
});
