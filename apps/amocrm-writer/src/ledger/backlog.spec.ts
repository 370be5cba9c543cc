import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { randomUUID } from 'node:crypto';
import { migrations } from '../migrations/index.js';
import { writerSchema } from '../migrations/schema.js';
import { blockDependants } from './sql/block-dependants.js';
import { nextReadyAt, readyEffects } from './sql/ready-effects.js';

const waiting = 6_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ schema: writerSchema, migrations });
  await database.dataSource.query(
    `insert into effect (account_id, call_id, effect, portal_id, lane, phone, after_effects, command, revision, state,
                         next_at, marker, caused_at)
     select 'one', gen_random_uuid(), 'note', $1, 'lane', '+7916' || n, '{deal}', '{}', 1, 'waiting', now(), '', now()
       from generate_series(1, $2::int) n`,
    [randomUUID(), waiting],
  );
}, 60_000);
afterAll(() => database.drop());

interface Plan {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks'?: number;
  'Plans'?: Plan[];
}

/** Rows that a statement went through, all its steps together; entries of a bitmap are none yet. */
function rowsSeen(plan: Plan): number {
  const isBitmap = plan['Node Type'] === 'Bitmap Index Scan';
  const here = isBitmap ? 0 : (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
  return here + (plan.Plans ?? []).reduce((sum, each) => sum + rowsSeen(each), 0);
}

async function planOf(sql: string, parameters: unknown[]): Promise<Plan> {
  const [row]: { 'QUERY PLAN': { Plan: Plan }[] }[] = await database.dataSource.query(
    `explain (analyze, format json) ${sql}`,
    parameters,
  );
  const plan = row?.['QUERY PLAN'][0]?.Plan;
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

describe('a backlog of one account', () => {
  it('stopped the writer: each call that was stored or moved went through all that waits in its account', async () => {
    const { dataSource } = database;
    const calls: { call_id: string }[] = await dataSource.query('select call_id from effect limit 100');
    const ids = calls.map((call) => call.call_id);
    const plan = await planOf(blockDependants, [ids.map(() => 'one'), ids]);

    // Once through the table would be bearable; once for each of the hundred calls was not.
    expect(rowsSeen(plan)).toBeLessThan(2 * waiting);
  }, 60_000);

  it('held up whoever stored new work: at the end of a turn all of it was gone through under the lock of the lane', async () => {
    const { dataSource } = database;
    const portalId = randomUUID();
    await dataSource.query(`insert into account (account_id, version, is_active) values ('due', 1, true)`);
    await dataSource.query(
      `insert into portal (portal_id, account_id, url, lane) values ($1, 'due', 'https://due.amocrm.ru', 'due')`,
      [portalId],
    );
    await dataSource.query(
      `insert into effect (account_id, call_id, effect, portal_id, lane, phone, after_effects, command, revision, state,
                           next_at, marker, caused_at)
       select 'due', gen_random_uuid(), 'note', $1, 'due', '+7926' || n, '{}', '{}', 1, 'waiting', now(), '', now()
         from generate_series(1, $2::int) n`,
      [portalId, waiting],
    );
    await dataSource.query('analyze effect');
    const plan = await planOf(nextReadyAt, ['due']);
    // Each row that is gone through is a look into several indexes.
    expect(plan['Shared Hit Blocks']).toBeLessThan(waiting / 10);
  });

  it('made the turns of all lanes slow: whoever had a call that just happened went through what waits in the others', async () => {
    const { dataSource } = database;
    const portalId = randomUUID();
    await dataSource.query(`insert into account (account_id, version, is_active) values ('small', 1, true)`);
    await dataSource.query(
      `insert into portal (portal_id, account_id, url, lane) values ($1, 'small', 'https://small.amocrm.ru', 'small')`,
      [portalId],
    );
    await dataSource.query(
      `insert into effect (account_id, call_id, effect, portal_id, lane, phone, after_effects, command, revision, state,
                           next_at, marker, caused_at)
       select 'small', gen_random_uuid(), 'note', $1, 'small', '+7936' || n, '{}', '{}', 1, 'waiting', now(), '', now()
         from generate_series(1, 200) n`,
      [portalId],
    );
    await dataSource.query('analyze effect');
    const plan = await planOf(readyEffects, ['small', 400, []]);
    expect(rowsSeen(plan)).toBeLessThan(waiting);
  });
});
