import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packed } from './packed.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'packed', migrations: [] });
});
afterAll(() => database.drop());

async function back(values: readonly (string | Buffer | null)[]): Promise<unknown[]> {
  const { bytes, starts, lengths } = packed(values);
  const rows: { value: Buffer | null }[] = await database.dataSource.query(
    `select substring($1::bytea from start for length) as value
       from unnest($2::int[], $3::int[]) with ordinality as v (start, length, place) order by place`,
    [bytes, starts, lengths],
  );
  return rows.map((row) => row.value);
}

describe('packed values', () => {
  it('come back as they went, whatever they hold', async () => {
    const values = [
      '{"a":"b\\u0000c"}',
      '',
      null,
      'Ромашка «ООО» 🙂',
      Buffer.from([0, 255, 34, 92]),
      'x'.repeat(70_000),
    ];
    expect(await back(values)).toEqual(values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value)));
  });

  it('may be none', async () => {
    expect(await back([])).toEqual([]);
  });
});
