import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type EntityManager, type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  CommitOutcomeUnknownError,
  createTestDatabase,
  dispositionOf,
  inTransaction,
  isRetryable,
  openDatabase,
  type TestDatabase,
  TransactionAbortedError,
} from './index.js';
import { eventually } from './spec/eventually.js';

class Accounts1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table accounts (id int primary key, balance int not null)');
    await runner.query(
      'create table payments (id int primary key, account int references accounts deferrable initially deferred)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table payments; drop table accounts');
  }
}

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'bank', migrations: [Accounts1700000000000] });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.dataSource.query('truncate payments, accounts');
  await database.dataSource.query('insert into accounts values (1, 100), (2, 100)');
});

const balances = async (): Promise<number[]> => {
  const rows: { balance: number }[] = await database.dataSource.query('select balance from accounts order by id');
  return rows.map((row) => row.balance);
};
const take = (tx: EntityManager, id: number, amount: number): Promise<unknown> =>
  tx.query('update accounts set balance = balance - $2 where id = $1', [id, amount]);
const backendOf = async (tx: EntityManager): Promise<number> => {
  const rows: { pid: number }[] = await tx.query('select pg_backend_pid() as pid');
  return rows[0]!.pid;
};
const terminate = async (pid: number): Promise<void> => {
  await database.dataSource.query('select pg_terminate_backend($1, 5000)', [pid]);
};

describe('inTransaction', () => {
  it('commits what the work did and hands on its result', async () => {
    await expect(inTransaction(database.dataSource, async (tx) => (await take(tx, 1, 30), 'paid'))).resolves.toBe(
      'paid',
    );
    expect(await balances()).toEqual([70, 100]);
  });

  it('is READ COMMITTED in one round trip, whatever the database has for its default', async () => {
    await database.dataSource.query(
      `do $$ begin execute format('alter database %I set default_transaction_isolation = serializable', current_database()); end $$`,
    );
    const later = await openDatabase({
      url: database.url,
      schema: 'bank',
      migrations: [],
      applicationName: 'later',
      poolSize: 1,
      statementTimeoutMs: 5_000,
    });
    try {
      const level = await inTransaction(later, (tx) =>
        tx.query<{ level: string }[]>(`select current_setting('transaction_isolation') as level`),
      );
      expect(level).toEqual([{ level: 'read committed' }]);
    } finally {
      await later.destroy();
    }
  });

  it('rolls back and passes on the error when the work throws', async () => {
    const refused = inTransaction(database.dataSource, async (tx) => {
      await take(tx, 1, 30);
      throw new Error('changed my mind');
    });
    await expect(refused).rejects.toThrow('changed my mind');
    expect(await balances()).toEqual([100, 100]);
  });

  it('does the work again after a deadlock, until both transactions stand', async () => {
    let arrived = 0;
    let openGate = (): void => undefined;
    const gate = new Promise<void>((resolve) => (openGate = resolve));
    let attempts = 0;
    const transfer = (from: number, to: number): Promise<void> =>
      inTransaction(database.dataSource, async (tx) => {
        attempts += 1;
        await take(tx, from, 10);
        arrived += 1;
        if (arrived === 2) openGate();
        await gate;
        await take(tx, to, -10);
      });
    await Promise.all([transfer(1, 2), transfer(2, 1)]);
    expect(attempts).toBe(3);
    expect(await balances()).toEqual([100, 100]);
  });

  it('gives up on conflicts after the retries it was given', async () => {
    let attempts = 0;
    const conflicting = inTransaction(
      database.dataSource,
      async (tx) => {
        attempts += 1;
        await tx.query(`do $$ begin raise exception 'conflict' using errcode = '40001'; end $$`);
      },
      { retries: 2 },
    );
    await expect(conflicting).rejects.toThrow('conflict');
    expect(attempts).toBe(3);
  });

  it('refuses to pass off as committed what Postgres rolled back after a swallowed error', async () => {
    const swallowing = inTransaction(database.dataSource, async (tx) => {
      await take(tx, 1, 30);
      await tx.query('insert into accounts values (1, 0)').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow(TransactionAbortedError);
    expect(await balances()).toEqual([100, 100]);
  });

  it('reports a constraint that refuses the commit as that constraint, not as an unknown outcome', async () => {
    const dangling = inTransaction(database.dataSource, (tx) => tx.query('insert into payments values (1, 99)'));
    const error: unknown = await dangling.catch((caught: unknown) => caught);
    expect(error).not.toBeInstanceOf(CommitOutcomeUnknownError);
    expect(dispositionOf(error)).toBe('definite');
  });

  it('says that nothing stands when the connection was gone before the commit', async () => {
    const cut = inTransaction(database.dataSource, async (tx) => {
      await take(tx, 1, 30);
      await terminate(await backendOf(tx));
      // Before the client has noticed, a COMMIT would go out, and its outcome would rightly count as unknown.
      await eventually(() => Promise.resolve(tx.queryRunner?.isReleased === true));
    });
    const error: unknown = await cut.catch((caught: unknown) => caught);
    expect(error).not.toBeInstanceOf(CommitOutcomeUnknownError);
    expect(dispositionOf(error)).toBe('unavailable');
    expect(await balances()).toEqual([100, 100]);
  });

  it('reports an unknown outcome when the connection dies while the commit is on the wire', async () => {
    let attempts = 0;
    const { dataSource } = database;
    // The deferred trigger holds the COMMIT back long enough for the test to cut its connection.
    await dataSource.query(`
      create function hold() returns trigger language plpgsql as $$ begin perform pg_sleep(30); return null; end $$;
      create constraint trigger hold after update on accounts deferrable initially deferred
        for each row execute function hold()`);
    try {
      let pid = 0;
      const lost = inTransaction(dataSource, async (tx) => {
        attempts += 1;
        pid = await backendOf(tx);
        await take(tx, 1, 30);
      });
      const caught = lost.catch((error: unknown) => error);
      await eventually(async () => {
        const rows: { query: string }[] = await dataSource.query('select query from pg_stat_activity where pid = $1', [
          pid,
        ]);
        return rows[0]?.query === 'COMMIT';
      });
      await terminate(pid);
      const error = await caught;
      expect(error).toBeInstanceOf(CommitOutcomeUnknownError);
      expect(isRetryable(error)).toBe(true);
      expect(attempts).toBe(1);
    } finally {
      await dataSource.query('drop trigger hold on accounts; drop function hold');
    }
  });
});
