import { describe, expect, it } from '@jest/globals';
import { type DeadLetter } from '../dead-letter.js';
import { PoisonMessageError, RetryableError } from '../errors.js';
import { batchOf, offsetsOf } from '../spec/support/batch.js';
import { park } from './park.js';

class Letters {
  readonly parked: DeadLetter[] = [];
  readonly reported: string[] = [];
  isBroken = false;
  readonly options = {
    groupId: 'g',
    sink: {
      park: (letters: readonly DeadLetter[]): Promise<void> => {
        if (this.isBroken) return Promise.reject(new TypeError('no'));
        this.parked.push(...letters);
        return Promise.resolve();
      },
    },
    onParked: ({ offset }: DeadLetter) => this.reported.push(offset),
  };
}

describe('park', () => {
  it('writes the poison message as it was and hands over the others', async () => {
    const letters = new Letters();
    const batch = batchOf(['a', 'b', 'c'], [{}, { h: '1' }]);
    const seen: string[][] = [];
    await park(letters.options)((given) => {
      seen.push(offsetsOf(given));
      const b = given.messages.find(({ offset }) => offset === '11');
      return b === undefined
        ? Promise.resolve()
        : Promise.reject(new PoisonMessageError(b, 'bad_b', 'phone 8 (916) 123-45-67 in it'));
    })(batch);
    expect(seen).toEqual([
      ['10', '11', '12'],
      ['10', '12'],
    ]);
    expect(letters.parked).toEqual([
      {
        groupId: 'g',
        topic: 't',
        partition: 0,
        offset: '11',
        timestampMs: 1_700_000_000_000,
        key: Buffer.from('key-1'),
        value: Buffer.from('b'),
        headers: { h: '1' },
        code: 'bad_b',
        reason: 'phone ••• in it',
      },
    ]);
    expect(letters.reported).toEqual(['11']);
  });

  it('does not hand over again what was handled before the poison', async () => {
    const letters = new Letters();
    const seen: string[][] = [];
    await park(letters.options)((given) => {
      seen.push(offsetsOf(given));
      if (seen.length > 1) return Promise.resolve();
      return Promise.reject(new PoisonMessageError('11', 'bad', 'bad', { handledThroughOffset: '10' }));
    })(batchOf(['a', 'b', 'c']));
    expect(seen).toEqual([['10', '11', '12'], ['12']]);
  });

  it('fails retryably and settles nothing when the dead letter cannot be written', async () => {
    const letters = new Letters();
    letters.isBroken = true;
    const batch = batchOf(['a', 'b']);
    const run = park(letters.options)(() => Promise.reject(new PoisonMessageError('10', 'bad')))(batch);
    await expect(run).rejects.toMatchObject({ code: 'parking_failed', retryable: true });
    expect(batch.progress.settledCount).toBe(0);
    expect(letters.reported).toEqual([]);
  });

  it('parks nothing when the handler names a message that it was not given', async () => {
    const letters = new Letters();
    const batch = batchOf(['a']);
    const run = park(letters.options)(() => Promise.reject(new PoisonMessageError('99', 'bad')))(batch);
    await expect(run).rejects.toMatchObject({ code: 'unknown_poison' });
    expect(letters.parked).toEqual([]);
    expect(batch.progress.settledCount).toBe(0);
  });

  it('lets other errors through', async () => {
    const error = new RetryableError('away');
    const run = park(new Letters().options)(() => Promise.reject(error))(batchOf(['a']));
    await expect(run).rejects.toBe(error);
  });
});
