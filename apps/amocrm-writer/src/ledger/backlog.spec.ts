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

/** An account, its portal and its lane, all of one name, with so many clients' notes that are ready to be written. */
async function backlogOf(name: string, notes: number): Promise<void> {
  const { dataSource } = database;
  const portalId = randomUUID();
  await dataSource.query(`insert into account (account_id, version, is_active) values ($1, 1, true)`, [name]);
  await dataSource.query(`insert into portal (portal_id, account_id, url, lane) values ($1, $2, $3, $2)`, [
    portalId,
    name,
    `https://${name}.amocrm.ru`,
  ]);
  await dataSource.query(
    `insert into effect (account_id, call_id, effect, portal_id, lane, phone, after_effects, command, revision, state,
                         next_at, marker, caused_at)
     select $1, gen_random_uuid(), 'note', $2, $1, '+7926' || n, '{}', '{}', 1, 'waiting', now(), '', now()
       from generate_series(1, $3::int) n`,
    [name, portalId, notes],
  );
  await dataSource.query('analyze effect');
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
    await backlogOf('due', waiting);
    const plan = await planOf(nextReadyAt, ['due']);
    // Each row that is gone through is a look into several indexes.
    expect(plan['Shared Hit Blocks']).toBeLessThan(waiting / 10);
  });

  it('made the turns of all lanes slow: whoever had a call that just happened went through what waits in the others', async () => {
    await backlogOf('small', 200);
    const plan = await planOf(readyEffects, ['small', 400, []]);
    expect(rowsSeen(plan)).toBeLessThan(waiting);
  });
});
