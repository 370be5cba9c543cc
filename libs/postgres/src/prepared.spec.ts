import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, inTransaction, queryPrepared, queryPreparedIn, type TestDatabase } from './index.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'prepared', migrations: [] });
});
afterAll(() => database.drop());

const DOUBLE = { name: 'double', sql: 'select $1::int * 2 as doubled' };
const ask = async (n: number): Promise<number | undefined> => {
  const [row] = await queryPrepared<{ doubled: number }>(database.dataSource, DOUBLE, [n]);
  return row?.doubled;
};

describe('queryPrepared', () => {
  it('answers with the parameters of each call, from whichever session', async () => {
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    expect(await Promise.all(numbers.map(ask))).toEqual(numbers.map((n) => n * 2));
  });

  it('leaves a session usable after a statement that failed', async () => {
    const division = { name: 'division', sql: 'select 1 / $1::int as result' };
    await expect(queryPrepared(database.dataSource, division, [0])).rejects.toMatchObject({ code: '22012' });
    expect(await queryPrepared(database.dataSource, division, [1])).toEqual([{ result: 1 }]);
  });

  it('prepares anew in a session that took the place of a lost one', async () => {
    await ask(1);
    await database.dataSource
      .query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()')
      .catch(() => undefined); // its own session is among them
    expect(await askUntilAnswered(21)).toBe(42);
  });
});

describe('queryPreparedIn', () => {
  it('sees what its transaction has done, and what nobody else sees', async () => {
    const count = { name: 'count', sql: `select count(*)::int as n from pg_tables where tablename = $1` };
    const found = await inTransaction(database.dataSource, async (tx) => {
      await tx.query('create table only_here (n int) ');
      const outside = await queryPrepared<{ n: number }>(database.dataSource, count, ['only_here']);
      const inside = await queryPreparedIn<{ n: number }>(tx, count, ['only_here']);
      return [outside[0]?.n, inside[0]?.n];
    });
    expect(found).toEqual([0, 1]);
  });

  it('is refused without a transaction', async () => {
    await expect(queryPreparedIn(database.dataSource.manager, DOUBLE, [1])).rejects.toThrow('not inside a transaction');
  });

  it('takes no other session when its own is lost', async () => {
    const work = inTransaction(database.dataSource, async (tx) => {
      await tx.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
      return queryPreparedIn(tx, DOUBLE, [1]);
    });
    await expect(work).rejects.toThrow();
    expect(await askUntilAnswered(4)).toBe(8);
  });
});

describe('a statement that was planned while its table was small', () => {
  it('read all of it when it had grown', async () => {
    const indexed = await createTestDatabase({ schema: 'grown', migrations: [], readsByIndex: true });
    try {
      const find = { name: 'find', sql: 'select n from grown where n = $1::int' };
      await indexed.dataSource.query('create table grown (n int primary key) with (autovacuum_enabled = false)');
      await indexed.dataSource.query('insert into grown select generate_series(1, 10)');
      await indexed.dataSource.query('vacuum analyze grown');
      const read = await inTransaction(indexed.dataSource, async (tx) => {
        for (let n = 1; n <= 10; n += 1) await queryPreparedIn(tx, find, [n]);
        await tx.query('insert into grown select generate_series(11, 10_000)');
        expect(await queryPreparedIn(tx, find, [5_000])).toEqual([{ n: 5_000 }]);
        return tx.query<{ rows: number }[]>(
          `select seq_tup_read::int as rows from pg_stat_xact_user_tables where relname = 'grown'`,
        );
      });
      expect(read).toEqual([{ rows: 0 }]);
    } finally {
      await indexed.drop();
    }
  });
});

/** A session that has just been lost may still be handed out once. */
async function askUntilAnswered(n: number): Promise<number | undefined> {
  for (let tries = 0; tries < 10; tries += 1) {
    const answer = await ask(n).catch(() => null);
    if (answer !== null) return answer;
  }
  return undefined;
}
