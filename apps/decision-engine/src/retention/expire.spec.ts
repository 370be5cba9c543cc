import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EngineBench } from '../testing/engine.js';
import { expire } from './expire.js';

let bench: EngineBench;

beforeEach(async () => {
  bench = await EngineBench.start();
  await bench.publishSettings();
});

afterEach(async () => {
  await bench.database.drop();
});

const query = (sql: string) => bench.database.dataSource.query<Record<string, unknown>[]>(sql);
const aged = (callId: string, seenDays: number, updatedDays: number) =>
  query(`update calls set first_seen_at = now() - interval '${String(seenDays)} days',
                          updated_at = now() - interval '${String(updatedDays)} days' where pbx_call_id = '${callId}'`);

describe('call state and dedupe rows', () => {
  it('stay for 45 days after the last news, then go with their aliases, a batch at a time', async () => {
    for (const call_id of ['old', 'older', 'late-record', 'young']) {
      await bench.process().withEvents(bench.missedCall({ call_id, linked_call_ids: [`${call_id}-leg`] }));
    }
    await aged('old', 46, 46);
    await aged('older', 80, 46);
    await aged('late-record', 50, 20);
    await aged('young', 44, 44);

    expect(await expire(bench.database.dataSource, 1)).toBe(1);
    expect(await expire(bench.database.dataSource, 10)).toBe(1);
    expect(await expire(bench.database.dataSource, 10)).toBe(0);

    const left = await query('select pbx_call_id from calls order by 1');
    expect(left.map((row) => row['pbx_call_id'])).toEqual(['late-record', 'young']);
    expect(await query('select count(*)::int as count from call_aliases')).toEqual([{ count: 4 }]);
  });
});

describe('settings versions', () => {
  const replaced = (days: number) =>
    query(`update settings_versions set received_at = now() - interval '${String(days)} days'`);
  const versions = async () =>
    (await query('select version from settings_versions order by 1')).map((row) => row['version']);

  it('go 45 days after they were replaced, but for the newest and those that a call still refers to', async () => {
    await bench.process().withEvents(bench.missedCall({ call_id: 'of-version-1' }));
    await aged('of-version-1', 50, 20);
    for (const version of [2, 3, 4]) await bench.publishSettings(bench.settings(undefined, version));
    await replaced(46);

    expect(await expire(bench.database.dataSource, 1)).toBe(1);
    expect(await expire(bench.database.dataSource, 10)).toBe(1);
    expect(await versions()).toEqual([1, 4]);

    await aged('of-version-1', 50, 46);
    await expire(bench.database.dataSource, 10);
    await expire(bench.database.dataSource, 10);
    expect(await versions()).toEqual([4]);
  });

  it('stay while a call of their time may come', async () => {
    await bench.publishSettings(bench.settings(undefined, 2));
    await replaced(44);
    expect(await expire(bench.database.dataSource, 10)).toBe(0);
    expect(await versions()).toEqual([1, 2]);
  });
});
