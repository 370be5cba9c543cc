import { describe, expect, it } from '@jest/globals';
import { HandlerTimeoutError, PoisonMessageError } from '../errors.js';
import { batchOf } from '../spec/support/batch.js';
import { eventually, gate } from '../spec/support/eventually.js';
import { HungHandlers, timeout } from './timeout.js';

const long = 3_600_000;
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

describe('timeout', () => {
  it('aborts a handler that is late and reports that as the failure', async () => {
    const run = timeout<Buffer>({ timeoutMs: 1, graceMs: long, hung: new HungHandlers() })(async ({ signal }) => {
      await aborted(signal);
      throw new Error('rolled back');
    })(batchOf(['a']));
    const error: unknown = await run.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HandlerTimeoutError);
    expect(error).toMatchObject({ retryable: true, cause: { message: 'rolled back' } });
  });

  it('keeps what a late handler says of its messages', async () => {
    const poison = new PoisonMessageError('10', 'bad');
    const run = timeout<Buffer>({ timeoutMs: 1, graceMs: long, hung: new HungHandlers() })(async ({ signal }) => {
      await aborted(signal);
      throw poison;
    })(batchOf(['a']));
    await expect(run).rejects.toBe(poison);
  });

  it('takes a late handler that finished as one that has done its work', async () => {
    await timeout<Buffer>({ timeoutMs: 1, graceMs: long, hung: new HungHandlers() })(({ signal }) => aborted(signal))(
      batchOf(['a']),
    );
  });

  it('passes the abort of the batch on, also one that came before', async () => {
    const batch = batchOf(['a']);
    const policy = timeout<Buffer>({ timeoutMs: long, graceMs: long, hung: new HungHandlers() });
    const run = policy(({ signal }) => aborted(signal))(batch);
    batch.abort();
    await run;
    await policy(({ signal }) => aborted(signal))(batch);
  });

  it('counts a handler as hung while it goes on after its abort', async () => {
    const hung = new HungHandlers();
    const finish = gate();
    const run = timeout<Buffer>({ timeoutMs: 1, graceMs: 1, hung })(() => finish.opened)(batchOf(['a']));
    await eventually(() => expect(hung.list()).toEqual(['t/0']));
    finish.open();
    await run;
    expect(hung.list()).toEqual([]);
  });
});
