import { describe, expect, it } from '@jest/globals';
import { batchOf, offsetsOf } from '../spec/support/batch.js';
import { dedupe } from './dedupe.js';

describe('dedupe', () => {
  it('hides what is handled already, and counts it as settled', async () => {
    const batch = batchOf(['a', 'b', 'c']);
    const seen: string[][] = [];
    await dedupe(() => Promise.resolve(new Set(['10', '12'])))((given) => {
      seen.push(offsetsOf(given));
      return Promise.resolve();
    })(batch);
    expect(seen).toEqual([['11']]);
    expect(batch.progress.settledThrough).toBe('10');
    expect(batch.progress.settledCount).toBe(2);
  });

  it('does not call the handler when nothing is new', async () => {
    let calls = 0;
    const batch = batchOf(['a']);
    await dedupe(() => Promise.resolve(new Set(['10'])))(() => {
      calls++;
      return Promise.resolve();
    })(batch);
    expect(calls).toBe(0);
    expect(batch.progress.settledThrough).toBe('10');
  });

  it('hands all over when nothing is known', async () => {
    const seen: string[][] = [];
    await dedupe(() => Promise.resolve(new Set<string>()))((given) => {
      seen.push(offsetsOf(given));
      return Promise.resolve();
    })(batchOf(['a', 'b']));
    expect(seen).toEqual([['10', '11']]);
  });
});
