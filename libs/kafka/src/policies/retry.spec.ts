import { describe, expect, it } from '@jest/globals';
import { BatchAbortedError, RetryableError } from '../errors.js';
import { batchOf, offsetsOf } from '../spec/support/batch.js';
import { type Retry, retry } from './retry.js';

const noWait = (): number => 0;

describe('retry', () => {
  it('hands the batch over until it succeeds, whatever the error', async () => {
    const batch = batchOf(['a', 'b']);
    const seen: string[][] = [];
    const retries: Retry[] = [];
    const errors = [new TypeError('defect'), new Error('plain'), new RetryableError('away', { code: 'db_away' })];
    await retry<Buffer>({ backoff: noWait, onRetry: (one) => retries.push(one) })((given) => {
      seen.push(offsetsOf(given));
      const error = errors.shift();
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    })(batch);
    expect(seen).toEqual(Array(4).fill(['10', '11']));
    expect(retries.map(({ code, attempt }) => [code, attempt])).toEqual([
      ['TypeError', 1],
      ['Error', 2],
      ['db_away', 3],
    ]);
  });

  it('starts from the first unhandled message, commits the others before it waits, and counts anew', async () => {
    const batch = batchOf(['a', 'b', 'c']);
    const seen: string[][] = [];
    const attempts: number[] = [];
    const errors = [
      new Error('one'),
      new Error('two'),
      new RetryableError('three', { handledThroughOffset: '11' }),
      new Error('four'),
    ];
    await retry<Buffer>({ backoff: noWait, onRetry: ({ attempt }) => attempts.push(attempt) })((given) => {
      seen.push(offsetsOf(given));
      const error = errors.shift();
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    })(batch);
    expect(seen).toEqual([['10', '11', '12'], ['10', '11', '12'], ['10', '11', '12'], ['12'], ['12']]);
    expect(attempts).toEqual([1, 2, 1, 2]);
    expect(batch.checkpoints).toEqual([undefined, undefined, '11', '11']);
  });

  it('waits at least as long as the error asks for', async () => {
    const batch = batchOf(['a']);
    const waits: number[] = [];
    let failures = 0;
    await retry<Buffer>({ backoff: () => 1, onRetry: ({ waitMs }) => waits.push(waitMs) })(() => {
      failures++;
      if (failures === 1) return Promise.reject(new RetryableError('limited', { retryAfterMs: 5 }));
      return failures === 2 ? Promise.reject(new Error('again')) : Promise.resolve();
    })(batch);
    expect(waits).toEqual([5, 1]);
  });

  it.each([
    ['aborted', (batch: ReturnType<typeof batchOf>) => batch.abort()],
    ['draining', (batch: ReturnType<typeof batchOf>) => batch.drain()],
  ] as const)('ends a wait of any length when the batch is %s', async (_name, end) => {
    const batch = batchOf(['a']);
    let calls = 0;
    const run = retry<Buffer>({
      backoff: () => 3_600_000,
      onRetry: () => setImmediate(() => end(batch)),
    })(() => {
      calls++;
      return Promise.reject(new Error('away'));
    })(batch);
    await expect(run).rejects.toBeInstanceOf(BatchAbortedError);
    expect(calls).toBe(1);
  });

  it('keeps what an aborted handler says it has done', async () => {
    const batch = batchOf(['a', 'b']);
    const run = retry<Buffer>({ backoff: noWait, onRetry: () => undefined })(() => {
      batch.abort();
      return Promise.reject(new RetryableError('rolled back', { handledThroughOffset: '10' }));
    })(batch);
    await expect(run).rejects.toBeInstanceOf(BatchAbortedError);
    expect(batch.progress.settledThrough).toBe('10');
  });
});
