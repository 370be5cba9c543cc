import { describe, expect, it } from '@jest/globals';
import { HighWater, type MarkStore } from './high-water.js';

/** Counts what is asked of it. */
class Marks implements MarkStore {
  asked = 0;

  known(): Promise<number> {
    this.asked += 1;
    return Promise.resolve(7);
  }

  raise(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the marks that a process keeps of its lanes', () => {
  it('do not grow for ever: of many lanes those used last are known without a question', async () => {
    const marks = new Marks();
    const highWater = new HighWater(marks);
    const lanes = Array.from({ length: 10_001 }, (_, index) => `ru:${index}`);
    for (const lane of lanes) await highWater.ofNotes(lane, 'contacts');
    expect(marks.asked).toBe(10_001);
    expect(await highWater.ofNotes('ru:10000', 'contacts')).toBe(7);
    expect(marks.asked).toBe(10_001);
    await highWater.ofNotes('ru:0', 'contacts');
    expect(marks.asked).toBe(10_002);
  });

  it('only rise', async () => {
    const highWater = new HighWater(new Marks());
    await highWater.raise('ru:1', 'leads/notes', 9);
    await highWater.raise('ru:1', 'leads/notes', 5);
    expect(await highWater.ofNotes('ru:1', 'leads')).toBe(9);
  });
});
