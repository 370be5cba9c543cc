import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, openDatabase, type TestDatabase } from '@perezvon/postgres';
import { type DataSource } from 'typeorm';
import { migrations } from '../migrations/index.js';
import { JournalStore } from './journal-store.js';

const ids = Array.from({ length: 30 }, (_, i) => `00000000-0000-5000-8000-0000000000${String(i + 10)}`);
const tellings = ids.map((callId, i) => ({ accountId: `acc-${i % 3}`, callId, merge: <Call>(call: Call) => call }));

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'settings', migrations });
  // Plans that PostgreSQL would choose for larger tables: partitions pruned while the query runs.
  const [row]: { name: string }[] = await database.dataSource.query('select current_database() as name');
  for (const plan of ['hashjoin', 'mergejoin', 'seqscan']) {
    await database.dataSource.query(`alter database "${String(row?.name)}" set enable_${plan} = off`);
  }
  dataSource = await openDatabase({
    url: database.url,
    schema: 'settings',
    migrations,
    poolSize: 5,
    applicationName: 'spec',
    statementTimeoutMs: 30_000,
  });
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

describe('several readers that tell of the same calls at once', () => {
  it('lose no row of the journal to a second look at what they waited for, nor the server', async () => {
    const store = new JournalStore(dataSource);
    await store.tell(tellings);
    const told = await Promise.allSettled(Array.from({ length: 4 }, () => store.tell(tellings)));
    expect(told.map((each) => each.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled']);
  });
});
