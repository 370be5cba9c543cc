import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { migrations } from '../migrations/index.js';
import { writerSchema } from '../migrations/schema.js';
import { PostgresLeases } from './postgres-leases.js';

let database: TestDatabase;
let leases: PostgresLeases;
beforeAll(async () => {
  database = await createTestDatabase({ schema: writerSchema, migrations });
  leases = new PostgresLeases(database.dataSource, () => Promise.resolve(null));
  await database.dataSource.query(
    `insert into lane (lane, wake_at, last_turn_at)
     select name, now(), now() + place * interval '1 second'
       from unnest('{kommo:1,ru:1,kommo:2,ru:2}'::text[]) with ordinality as l (name, place)`,
  );
}, 60_000);
afterAll(() => database.drop());

const take = async (holder: string, limit: number): Promise<string[]> =>
  (await leases.take(holder, 60_000, limit)).map(({ lane }) => lane);

describe('lanes of Kommo, which counts by the address that we send from', () => {
  it('were shared out to writers that each had the whole budget: they go to one of them, the others’ lanes to anybody', async () => {
    expect(await take('one', 1)).toEqual(['kommo:1']);
    expect((await take('two', 10)).sort()).toEqual(['ru:1', 'ru:2']);
    expect(await take('one', 10)).toEqual(['kommo:2']);
  });

  it('go to another writer when nobody has any of them', async () => {
    await database.dataSource.query(`update lane set lease_until = now() - interval '1 second'`);
    expect((await take('two', 10)).sort()).toEqual(['kommo:1', 'kommo:2', 'ru:1', 'ru:2']);
  });
});
