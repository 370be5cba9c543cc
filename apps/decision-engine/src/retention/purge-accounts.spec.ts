import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inTransaction } from '@perezvon/postgres';
import { deleteAccounts } from '../settings/account-settings.js';
import { EngineBench } from '../testing/engine.js';
import { purgeDeletedAccounts } from './purge-accounts.js';

let gone: EngineBench;

beforeEach(async () => {
  gone = await EngineBench.start();
  await gone.publishSettings();
});

afterEach(async () => {
  await gone.database.drop();
});

const query = (sql: string) => gone.database.dataSource.query<Record<string, unknown>[]>(sql);
const remove = (accountId: string) => inTransaction(gone.database.dataSource, (tx) => deleteAccounts(tx, [accountId]));
const purge = (limit = 100) => purgeDeletedAccounts(gone.database.dataSource, limit);
const left = async () =>
  (await query('select account_id, pbx_call_id from calls order by 2')).map((row) => row['pbx_call_id']);

describe('a deleted account', () => {
  it('leaves no call, alias or settings behind, a batch at a time, and takes nothing of its neighbours', async () => {
    for (const call_id of ['a', 'b', 'c']) {
      await gone.process().withEvents(gone.missedCall({ call_id, linked_call_ids: [`${call_id}-leg`] }));
    }
    const deleted = gone.accountId;
    gone.accountId = `${deleted}-neighbour`;
    await gone.publishSettings();
    await gone.process().withEvents(gone.missedCall({ call_id: 'of-the-neighbour' }));
    await remove(deleted);

    expect(await purge(2)).toBe(2);
    expect(await purge(2)).toBe(1);
    expect(await purge(2)).toBe(0);
    expect(await left()).toEqual(['of-the-neighbour']);
    expect(await query('select count(*)::int as count from call_aliases')).toEqual([{ count: 1 }]);
    expect(await query('select account_id from settings_versions')).toEqual([{ account_id: gone.accountId }]);
  });

  it('does not keep what comes for it afterwards', async () => {
    await remove(gone.accountId);
    await purge();
    await gone.process().withEvents(gone.missedCall({ call_id: 'late' }));
    expect(await left()).toEqual(['late']);
    expect(await purge()).toBe(1);
    expect(await left()).toEqual([]);
  });

  it('that comes back keeps its new calls, and loses them when it is deleted again', async () => {
    await remove(gone.accountId);
    await purge();
    await gone.publishSettings(gone.settings(undefined, 2));
    await gone.process().withEvents(gone.missedCall({ call_id: 'after' }));
    expect(await purge()).toBe(0);
    expect(await left()).toEqual(['after']);
    await remove(gone.accountId);
    expect(await purge()).toBe(1);
  });

  it('keeps a call that an engine holds just now for the next look', async () => {
    await gone.process().withEvents(gone.missedCall({ call_id: 'held' }));
    await remove(gone.accountId);
    await inTransaction(gone.database.dataSource, async (tx) => {
      await tx.query('select 1 from calls for update');
      expect(await purge()).toBe(0);
      expect(await query('select account_id from settings_versions')).toHaveLength(1);
    });
    expect(await purge()).toBe(1);
    expect(await query('select account_id from settings_versions')).toEqual([]);
  });
});
