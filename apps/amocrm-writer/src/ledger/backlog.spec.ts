import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { randomUUID } from 'node:crypto';
import { migrations } from '../migrations/index.js';
import { writerSchema } from '../migrations/schema.js';
import { blockDependants } from './sql/block-dependants.js';

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
  'Plans'?: Plan[];
}

/** Rows that a statement went through, all its steps together. */
function rowsSeen(plan: Plan): number {
  const here = (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
  return here + (plan.Plans ?? []).reduce((sum, each) => sum + rowsSeen(each), 0);
}

describe('a backlog of one account', () => {
  it('stopped the writer: each call that was stored or moved went through all that waits in its account', async () => {
    const { dataSource } = database;
    const calls: { call_id: string }[] = await dataSource.query('select call_id from effect limit 100');
    const ids = calls.map((call) => call.call_id);
    const [row]: { 'QUERY PLAN': [{ Plan: Plan }] }[] = await dataSource.query(
      `explain (analyze, format json) ${blockDependants}`,
      [ids.map(() => 'one'), ids],
    );

    // Once through the table would be bearable; once for each of the hundred calls was not.
    expect(row && rowsSeen(row['QUERY PLAN'][0].Plan)).toBeLessThan(2 * waiting);
  }, 60_000);
});
