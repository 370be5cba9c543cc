import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { columns, createTestDatabase, dispositionOf, openDatabase, type TestDatabase } from './index.js';
import { eventually } from './spec/eventually.js';

class First1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table things (id int primary key, name text, seen timestamptz, raw bytea, data jsonb)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table things');
  }
}

class Second1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Slow enough that processes which start together really meet here.
    await runner.query('alter table things add column size int; select pg_sleep(0.2)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table things drop column size');
  }
}

class Inserted1600000000000 extends First1700000000001 {}

let database: TestDatabase;
const opened: DataSource[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'shelf', migrations: [First1700000000001] });
});
afterAll(async () => {
  await Promise.all(opened.map((dataSource) => dataSource.destroy()));
  await database.drop();
});

const open = async (overrides: Partial<Parameters<typeof openDatabase>[0]> = {}): Promise<DataSource> => {
  const dataSource = await openDatabase({
    url: database.url,
    schema: 'shelf',
    migrations: [First1700000000001],
    poolSize: 2,
    applicationName: 'spec',
    statementTimeoutMs: 5_000,
    ...overrides,
  });
  opened.push(dataSource);
  return dataSource;
};

describe('openDatabase', () => {
  it('lets processes that start together run each migration once', async () => {
    const migrations = [First1700000000001, Second1700000000002];
    await Promise.all([1, 2, 3, 4].map(() => open({ migrations, schema: 'together' })));
    const rows: unknown = await opened[0]!.query('select name from together.migrations order by id');
    expect(rows).toEqual([{ name: 'First1700000000001' }, { name: 'Second1700000000002' }]);
  });

  it('gives sessions that see their own schema only', async () => {
    const dataSource = await open({ schema: 'Odd "name' });
    expect(await dataSource.query('select current_schemas(false)::text[] as path')).toEqual([{ path: ['Odd "name'] }]);
    expect(await dataSource.query('select count(*)::int as n from things')).toEqual([{ n: 0 }]);
  });

  it('starts beside a newer version whose migrations it does not know', async () => {
    await open({ schema: 'rolling', migrations: [First1700000000001, Second1700000000002] });
    const older = await open({ schema: 'rolling', migrations: [First1700000000001] });
    expect(await older.query('select count(*)::int as n from migrations')).toEqual([{ n: 2 }]);
  });

  it('refuses a migration that was put before one that has already run', async () => {
    await expect(open({ migrations: [Inserted1600000000000, First1700000000001] })).rejects.toThrow(
      'migrations are only ever appended',
    );
  });

  it('works in a schema it may use but not create, and says what to run where the schema is missing', async () => {
    const url = new URL(database.url);
    url.username = `clerk_${url.pathname.slice(-12)}`;
    url.password = 'clerk';
    await database.dataSource.query(`create role ${url.username} login password 'clerk'`);
    try {
      await expect(open({ url: url.toString(), schema: 'absent' })).rejects.toThrow('CREATE SCHEMA "absent"');
      await database.dataSource.query(`create schema clerks authorization ${url.username}`);
      const dataSource = await open({ url: url.toString(), schema: 'clerks' });
      expect(await dataSource.query('select count(*)::int as n from things')).toEqual([{ n: 0 }]);
      await dataSource.destroy();
      opened.pop();
    } finally {
      await database.dataSource.query(`drop owned by ${url.username}; drop role ${url.username}`);
    }
  });

  it('cancels a statement that outlasts its time limit', async () => {
    const dataSource = await open({ statementTimeoutMs: 50 });
    const slow = dataSource.query('select pg_sleep(10)');
    await expect(slow).rejects.toMatchObject({ driverError: { code: '57014' } });
  });

  it('lets go of the rows that a process locked before it froze in the middle of its transaction', async () => {
    const [frozen, other] = [await open({ idleInTransactionMs: 100 }), await open()];
    await other.query(`create table held (id int primary key); insert into held values (1)`);
    const runner = frozen.createQueryRunner();
    await runner.startTransaction();
    await runner.query('select 1 from held where id = 1 for update');
    // It says nothing from now on. Without the limit this waits until its own statement's time is up.
    expect(await other.query('select id from held where id = 1 for update')).toEqual([{ id: 1 }]);
    const error: unknown = await runner.query('select 1').catch((caught: unknown) => caught);
    expect(dispositionOf(error)).toBe('unavailable');
    await runner.release();
  });

  it('reports a server that is not there once the deadline has passed', async () => {
    const nowhere = open({ url: 'postgres://nobody@127.0.0.1:1/none', startDeadlineMs: 0 });
    const error: unknown = await nowhere.catch((caught: unknown) => caught);
    expect(dispositionOf(error)).toBe('unavailable');
  });

  it('survives the death of an idle connection', async () => {
    const deaths: Error[] = [];
    const dataSource = await open({ poolSize: 1, onPoolError: (error) => deaths.push(error) });
    const rows: { pid: number }[] = await dataSource.query('select pg_backend_pid() as pid');
    await database.dataSource.query('select pg_terminate_backend($1, 5000)', [rows[0]!.pid]);
    await eventually(() => Promise.resolve(deaths.length === 1));
    expect(await dataSource.query('select 1 as alive')).toEqual([{ alive: 1 }]);
  });
});

describe('columns', () => {
  it('carries every kind of cell through unnest unchanged', async () => {
    const rows = [
      {
        id: 1,
        name: `quo"te, {brace} \\ it's`,
        seen: '2026-01-02T03:04:05.678Z',
        raw: Buffer.from([0, 255]),
        data: { a: [1] },
      },
      { id: 2, name: null, seen: null, raw: null, data: 'text' },
    ];
    await database.dataSource.query(
      'insert into things select * from unnest($1::int[], $2::text[], $3::timestamptz[], $4::bytea[], $5::jsonb[])',
      columns(
        rows,
        (row) => row.id,
        (row) => row.name,
        (row) => row.seen,
        (row) => row.raw,
        (row) => JSON.stringify(row.data),
      ),
    );
    expect(await database.dataSource.query('select * from things order by id')).toEqual([
      { ...rows[0], seen: new Date('2026-01-02T03:04:05.678Z') },
      rows[1],
    ]);
  });

  it('refuses a cell that is an array, which unnest would flatten into other rows', () => {
    const nested = [{ tags: ['a', 'b'] }] as unknown as { tags: string }[];
    expect(() => columns(nested, (row) => row.tags)).toThrow(TypeError);
  });
});

describe('createTestDatabase', () => {
  it('gives each caller a database of its own, already migrated', async () => {
    const options = { schema: 'shelf', migrations: [First1700000000001] };
    const [one, two] = await Promise.all([createTestDatabase(options), createTestDatabase(options)]);
    try {
      await one.dataSource.query('insert into things (id) values (1)');
      expect(await two.dataSource.query('select * from things')).toEqual([]);
    } finally {
      await Promise.all([one.drop(), two.drop()]);
    }
  });

  it('drops its database although somebody is still connected', async () => {
    const doomed = await createTestDatabase({ schema: 'shelf', migrations: [First1700000000001] });
    const guest = new Client({ connectionString: doomed.url });
    guest.on('error', () => undefined);
    await guest.connect();
    await doomed.drop();
    const gone = new Client({ connectionString: doomed.url });
    await expect(gone.connect()).rejects.toMatchObject({ code: '3D000' });
  });
});
