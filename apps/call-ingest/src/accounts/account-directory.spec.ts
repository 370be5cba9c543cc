import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { migrations } from '../migrations/index.js';
import { pbxSource } from '../spec/running-ingest.js';
import { AccountDirectory } from './account-directory.js';
import { upsertAccounts } from './account-statements.js';

const SOURCE = '0192f0c1-0000-7000-8000-00000000000a';
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'call_ingest', migrations });
});
afterAll(() => database.drop());

const store = (accountId: string, version: number, secret: string | null) =>
  upsertAccounts(database.dataSource, [
    { accountId, version, sources: secret === null ? null : [pbxSource(SOURCE, 'uis', secret)] },
  ]);

async function freshDirectory(): Promise<AccountDirectory> {
  const directory = new AccountDirectory(database.dataSource);
  await directory.refresh();
  return directory;
}

describe('AccountDirectory', () => {
  it('knows after a restart what any process has stored', async () => {
    await store('acc-1', 1, 'one');
    const directory = await freshDirectory();
    expect(directory.knows('acc-1')).toBe(true);
    expect(directory.source(SOURCE.toUpperCase())).toMatchObject({ accountId: 'acc-1', source: { kind: 'uis' } });
    expect([directory.knows('acc-2'), directory.source('none')]).toEqual([false, undefined]);
  });

  it('follows changes of other processes: new secrets, deletion', async () => {
    const directory = await freshDirectory();
    await store('acc-1', 2, 'two');
    await directory.refresh();
    expect(directory.source(SOURCE)?.source.secretHash).toBe(pbxSource(SOURCE, 'uis', 'two').secretHash);
    await store('acc-1', 0, null);
    await directory.refresh();
    expect([directory.knows('acc-1'), directory.source(SOURCE)]).toEqual([false, undefined]);
  });

  it('does not go back to older settings when the topic is read anew', async () => {
    await store('acc-5', 7, 'seven');
    await store('acc-5', 6, 'six');
    const directory = await freshDirectory();
    expect(directory.source(SOURCE)?.source.secretHash).toBe(pbxSource(SOURCE, 'uis', 'seven').secretHash);
  });
});
