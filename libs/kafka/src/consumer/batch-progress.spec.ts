import { describe, expect, it } from '@jest/globals';
import { BatchProgress } from './batch-progress.js';

const messages = ['7', '8', '9', '10', '12'].map((offset) => ({ offset }));
const offsets = (rest: readonly { offset: string }[]): string[] => rest.map(({ offset }) => offset);

describe('the progress of a batch', () => {
  it('has nothing settled at first', () => {
    const progress = new BatchProgress(messages);
    expect(progress.remaining(messages)).toBe(messages);
    expect(progress.settledThrough).toBeUndefined();
  });

  it('settles a beginning, comparing offsets as numbers', () => {
    const progress = new BatchProgress(messages);
    progress.settleThrough('9');
    expect(offsets(progress.remaining(messages))).toEqual(['10', '12']);
    expect(progress.settledThrough).toBe('9');
  });

  it('takes an offset between messages (compaction) as the one before it', () => {
    const progress = new BatchProgress(messages);
    progress.settleThrough('11');
    expect(progress.settledThrough).toBe('10');
  });

  it('never moves back', () => {
    const progress = new BatchProgress(messages);
    progress.settleThrough('9');
    progress.settleThrough('7');
    progress.settleThrough(undefined);
    expect(progress.settledThrough).toBe('9');
  });

  it('lets the offset move past a single settled message only when all before it are', () => {
    const progress = new BatchProgress(messages);
    progress.settle('9');
    expect(progress.settledThrough).toBeUndefined();
    expect(offsets(progress.remaining(messages))).toEqual(['7', '8', '10', '12']);
    progress.settleThrough('8');
    expect(progress.settledThrough).toBe('9');
    progress.settle('7');
    expect(progress.settledCount).toBe(3);
  });

  it('joins the single ones when the gap between them closes', () => {
    const progress = new BatchProgress(messages);
    progress.settle('8');
    progress.settle('7');
    expect(progress.settledThrough).toBe('8');
    progress.settleThrough('12');
    expect(progress.remaining(messages)).toEqual([]);
    expect(progress.settledThrough).toBe('12');
  });
});
