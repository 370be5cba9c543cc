import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { binaryArray } from './binary-array.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'binary_array', migrations: [] });
});
afterAll(() => database.drop());

async function back(type: 'text' | 'json', values: readonly (string | null)[]): Promise<unknown[]> {
  const rows: { value: unknown }[] = await database.dataSource.query(
    `select value from unnest($1::${type}[]) with ordinality as v (value, place) order by place`,
    [binaryArray(type, values)],
  );
  return rows.map((row) => row.value);
}

describe('a binary array', () => {
  it('brings texts', async () => {
    const values = ['{"a":"b\\u0000c"}', '', null, 'Ромашка «ООО» 🙂', '"quotes", {braces}, \\', 'x'.repeat(70_000)];
    expect(await back('text', values)).toEqual(values);
  });

  it('brings JSON', async () => {
    const documents = [{ name: 'Ромашка «ООО» 🙂', quoted: '"\\{,}' }, null, [], { long: 'x'.repeat(70_000) }];
    const values = documents.map((document) => document && JSON.stringify(document));
    expect(await back('json', values)).toEqual(documents);
  });

  it('may be empty, and may hold nothing but nulls', async () => {
    expect(await back('json', [])).toEqual([]);
    expect(await back('text', [null, null])).toEqual([null, null]);
  });

  it('is refused by Postgres where its elements are not of the type', async () => {
    await expect(back('json', ['{'])).rejects.toThrow('invalid input syntax for type json');
    await expect(back('text', ['\u0000'])).rejects.toThrow('invalid byte sequence for encoding');
  });
});
