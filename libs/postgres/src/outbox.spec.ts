import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  countRefused,
  createOutboxTable,
  createRefusedOutboxTable,
  createTestDatabase,
  dropOutboxTable,
  dropRefusedOutboxTable,
  inTransaction,
  Outbox,
  type OutboxRecord,
  OutboxRelay,
  type OutboxRelayOptions,
  type TestDatabase,
} from './index.js';
import { eventually } from './spec/eventually.js';

class CreateOutbox1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTable(runner);
    await createRefusedOutboxTable(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropRefusedOutboxTable(runner);
    await dropOutboxTable(runner);
  }
}

let database: TestDatabase;
const outbox = new Outbox();
const relays: OutboxRelay[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'post', migrations: [CreateOutbox1700000000000] });
});
afterAll(() => database.drop());
beforeEach(() => database.dataSource.query('truncate outbox, outbox_refused'));
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop(1_000)));
});

const record = (value: string): OutboxRecord => ({ topic: 'settings.v1', key: 'k', value });
const append = async (...values: string[]): Promise<void> => {
  await inTransaction(database.dataSource, (tx) => outbox.append(tx, values.map(record)));
};
const appendInVain = async (): Promise<void> => {
  const inVain = inTransaction(database.dataSource, async (tx) => {
    await outbox.append(tx, [record('never')]);
    throw new Error('no');
  });
  await expect(inVain).rejects.toThrow('no');
};
const left = async (): Promise<number> => {
  const rows: { n: number }[] = await database.dataSource.query('select count(*)::int as n from outbox');
  return rows[0]!.n;
};
const textOf = (sent: OutboxRecord): string => String(sent.value);

class RefusedForGood extends Error {}

/** A relay whose poll is too rare to help: what arrives, arrives by wake or by recovery. */
function relay(
  publish: OutboxRelayOptions['publish'],
  options: { pollMs?: number; batchSize?: number; gatherMs?: number } = {},
): OutboxRelay {
  const made = new OutboxRelay({
    dataSource: database.dataSource,
    publish,
    refusalOf: (error) => (error instanceof RefusedForGood ? 'too_large' : null),
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    pollMs: 60_000,
    ...options,
  });
  relays.push(made);
  return made;
}

/** Cuts the relay's own session, as a restart of Postgres does. */
async function cutSessionOfLeader(): Promise<void> {
  await database.dataSource.query(
    `select pg_terminate_backend(pid, 5000) from pg_locks
      where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())`,
  );
}

describe('an outbox', () => {
  it('publishes what was appended, in order, character for character, and forgets it', async () => {
    const sent: OutboxRecord[] = [];
    const records: OutboxRecord[] = [
      { topic: 'a', key: '1', value: 'привет', headers: { traceparent: '00-1' } },
      { topic: 'b', key: '2', value: '{"text":"\\u0000, «\\\\» \n🙂"}' },
      { topic: 'a', key: '1', value: null },
    ];
    await inTransaction(database.dataSource, (tx) => outbox.append(tx, records));
    relay((batch) => Promise.resolve(void sent.push(...batch))).start();
    await eventually(async () => (await left()) === 0);
    expect(sent).toMatchObject([
      { topic: 'a', key: '1', value: 'привет', headers: { traceparent: '00-1' } },
      { topic: 'b', key: '2', value: '{"text":"\\u0000, «\\\\» \n🙂"}', headers: {} },
      { topic: 'a', key: '1', value: null, headers: {} },
    ]);
  });

  it('publishes together what comes while it rests from a publish', async () => {
    const sent: string[][] = [];
    const publishing = relay(
      async (batch) => {
        sent.push(batch.map(textOf));
        // The rest is longer than the work, here thirty transactions: time for three.
        if (sent.length === 1) for (let n = 0; n < 30; n += 1) await appendInVain();
      },
      { gatherMs: 10_000 },
    );
    await append('first');
    publishing.start();
    await eventually(async () => (await left()) === 0);
    for (const value of ['a', 'b', 'c']) {
      await append(value);
      publishing.wake();
    }
    await eventually(() => Promise.resolve(sent.length > 1));
    expect(sent).toEqual([['first'], ['a', 'b', 'c']]);
  });

  it('publishes nothing of a transaction that rolled back', async () => {
    const sent: OutboxRecord[] = [];
    await appendInVain();
    await append('yes');
    relay((batch) => Promise.resolve(void sent.push(...batch))).start();
    await eventually(async () => (await left()) === 0);
    expect(sent.map(textOf)).toEqual(['yes']);
  });
});

describe('an outbox relay', () => {
  it('publishes at a wake, without waiting for its poll', async () => {
    const sent: string[] = [];
    const running = relay((batch) => Promise.resolve(void sent.push(...batch.map(textOf))));
    running.start();
    await eventually(() => Promise.resolve(running.state === 'leading'));
    for (const value of ['1', '2', '3']) {
      await append(value);
      running.wake();
      await eventually(() => Promise.resolve(sent.includes(value)));
    }
    expect(sent).toEqual(['1', '2', '3']);
  });

  it('publishes what it was woken with in the order of the table, beside what others have appended', async () => {
    const sent: OutboxRecord[] = [];
    const running = relay((batch) => Promise.resolve(void sent.push(...batch)));
    running.start();
    await eventually(() => Promise.resolve(running.state === 'leading'));
    const headers = { traceparent: '00-1' };
    const own = await inTransaction(database.dataSource, async (tx) => [
      ...(await outbox.append(tx, [record('1'), { ...record('2'), headers }])),
      ...(await new Outbox().append(tx, [record('of another process')]).then(() => [])),
      ...(await outbox.append(tx, [{ ...record(''), value: null }, record('«5»')])),
    ]);
    expect(own.map(({ value }) => value)).toEqual(['1', '2', null, '«5»']);
    running.wake(own);
    await eventually(async () => (await left()) === 0);
    expect(sent.map(({ value }) => value)).toEqual(['1', '2', 'of another process', null, '«5»']);
    expect(sent[1]?.headers).toEqual(headers);
  });

  it('does not read back what it was woken with, until its session is another', async () => {
    const sent: string[] = [];
    let isBroken = true;
    const running = relay((batch) => {
      sent.push(...batch.map(textOf));
      return isBroken ? Promise.reject(new Error('no broker')) : Promise.resolve();
    });
    running.start();
    await eventually(() => Promise.resolve(running.state === 'leading'));
    const own = await inTransaction(database.dataSource, (tx) => outbox.append(tx, [record('from memory')]));
    await database.dataSource.query(`update outbox set value = 'from the table'`);
    running.wake(own);
    await eventually(() => Promise.resolve(running.state === 'failing'));
    isBroken = false;
    await eventually(async () => (await left()) === 0);
    expect(sent).toEqual(['from memory', 'from the table']);
  });

  it('publishes nothing that it was woken with and that is not in the table', async () => {
    const sent: OutboxRecord[] = [];
    const running = relay((batch) => Promise.resolve(void sent.push(...batch)));
    running.start();
    await eventually(() => Promise.resolve(running.state === 'leading'));
    running.wake([{ ...record('relayed by another'), id: '1' }]);
    await append('owed');
    running.wake();
    await eventually(() => Promise.resolve(sent.length > 0));
    expect(sent.map(textOf)).toEqual(['owed']);
  });

  it('finds by its poll what nobody woke it for', async () => {
    const sent: string[] = [];
    const running = relay((batch) => Promise.resolve(void sent.push(...batch.map(textOf))), { pollMs: 20 });
    running.start();
    await eventually(() => Promise.resolve(running.state === 'leading'));
    await append('forgotten');
    await eventually(() => Promise.resolve(sent.length === 1));
  });

  it('empties a long queue batch by batch, in order, from one wake', async () => {
    const values = Array.from({ length: 25 }, (_, index) => String(index));
    await append(...values);
    const batches: string[][] = [];
    relay((batch) => Promise.resolve(void batches.push(batch.map(textOf))), { batchSize: 10 }).start();
    await eventually(async () => (await left()) === 0);
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(batches.flat()).toEqual(values);
  });

  it('keeps the records and their order when publishing fails, and is not ready meanwhile', async () => {
    await append('1', '2');
    const sent: string[] = [];
    let isBroken = true;
    const running = relay((batch) => {
      if (isBroken) return Promise.reject(new Error('no broker'));
      sent.push(...batch.map(textOf));
      return Promise.resolve();
    });
    running.start();
    await eventually(() => Promise.resolve(running.state === 'failing'));
    expect(running.readiness().ready).toBe(false);
    expect(await left()).toBe(2);
    isBroken = false;
    await eventually(async () => (await left()) === 0);
    expect(sent).toEqual(['1', '2']);
    await eventually(() => Promise.resolve(running.readiness().ready));
  });

  it('parks a record that is refused for good, with its bytes and the reason, and the others go on in order', async () => {
    const values = Array.from({ length: 9 }, (_, index) => String(index));
    await append(...values);
    const arrived: string[] = [];
    const running = relay((batch) => {
      if (batch.some((each) => ['3', '7'].includes(textOf(each)))) return Promise.reject(new RefusedForGood());
      arrived.push(...batch.map(textOf));
      return Promise.resolve();
    });
    running.start();
    await eventually(async () => (await left()) === 0);
    expect(arrived).toEqual(['0', '1', '2', '4', '5', '6', '8']);
    expect(running.readiness().ready).toBe(true);
    expect(await countRefused(database.dataSource)).toBe(2);
    expect(
      await database.dataSource.query('select topic, key, value, headers, reason from outbox_refused order by id'),
    ).toEqual(
      ['3', '7'].map((v) => ({
        topic: 'settings.v1',
        key: 'k',
        value: Buffer.from(v),
        headers: {},
        reason: 'too_large',
      })),
    );
  });

  it('parks nothing of a batch that fails in a way that may pass, though another of it is refused', async () => {
    await append('refused', 'fine');
    let isDown = true;
    const running = relay((batch) => {
      if (batch.some((each) => textOf(each) === 'refused')) return Promise.reject(new RefusedForGood());
      return isDown ? Promise.reject(new Error('no broker')) : Promise.resolve();
    });
    running.start();
    await eventually(() => Promise.resolve(running.state === 'failing'));
    expect([await left(), await countRefused(database.dataSource)]).toEqual([2, 0]);
    isDown = false;
    await eventually(async () => (await left()) === 0);
    expect(await countRefused(database.dataSource)).toBe(1);
  });

  it('loses nothing when it is cut between publishing and deleting: it publishes again', async () => {
    await append('1', '2');
    const batches: string[][] = [];
    relay(async (batch) => {
      batches.push(batch.map(textOf));
      if (batches.length === 1) await cutSessionOfLeader();
    }).start();
    await eventually(async () => (await left()) === 0);
    expect(batches).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  it('hands over to another process what it had not finished', async () => {
    await append('1');
    let isPublishing = false;
    const stuck = relay(() => {
      isPublishing = true;
      return new Promise(() => undefined);
    });
    stuck.start();
    await eventually(() => Promise.resolve(isPublishing));
    const sent: string[] = [];
    const successor = relay((batch) => Promise.resolve(void sent.push(...batch.map(textOf))), { pollMs: 20 });
    successor.start();
    await eventually(() => Promise.resolve(successor.state === 'standby'));
    expect(sent).toEqual([]);
    await stuck.stop(0);
    await eventually(() => Promise.resolve(successor.state === 'leading'));
    await eventually(async () => (await left()) === 0);
    expect(sent).toEqual(['1']);
  });

  it('lets only one of several processes publish at a time', async () => {
    const running = [1, 2, 3].map(() => relay(() => Promise.resolve(), { pollMs: 20 }));
    for (const each of running) each.start();
    await eventually(() => Promise.resolve(running.every((r) => r.state === 'leading' || r.state === 'standby')));
    expect(running.filter((r) => r.state === 'leading')).toHaveLength(1);
    expect(running.every((r) => r.readiness().ready)).toBe(true);
  });

  it('tells a publish in hand that it no longer leads', async () => {
    await append('1');
    const told: boolean[] = [];
    relay(async (_batch, signal) => {
      if (told.length > 0) return;
      const isTold = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await cutSessionOfLeader();
      await isTold;
      told.push(signal.aborted);
    }).start();
    await eventually(async () => (await left()) === 0);
    expect(told).toEqual([true]);
  });

  it('finishes the batch in hand when it is stopped', async () => {
    await append('1');
    let finish: (() => void) | undefined;
    const running = relay(() => new Promise<void>((resolve) => (finish = resolve)));
    running.start();
    await eventually(() => Promise.resolve(finish !== undefined));
    const stopped = running.stop(10_000);
    finish?.();
    await stopped;
    expect(await left()).toBe(0);
    expect(running.state).toBe('stopped');
  });
});
