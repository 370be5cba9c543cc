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
