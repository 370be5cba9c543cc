import { describe, expect, it } from '@jest/globals';
import { PoisonMessageError } from '../errors.js';
import { batchOf } from '../spec/support/batch.js';
import { parse } from './parse.js';

const contract = {
  parse: (value: unknown): number => {
    if (typeof value === 'number') return value;
    throw new Error('(root): must be a number');
  },
};

describe('parse', () => {
  it('hands over parsed values with their record', async () => {
    const seen: unknown[] = [];
    await parse(contract, { tombstones: false })((batch) => {
      seen.push(...batch.messages.map(({ value, offset, key }) => [value, offset, key]));
      return Promise.resolve();
    })(batchOf(['1', '2']));
    expect(seen).toEqual([
      [1, '10', 'key-0'],
      [2, '11', 'key-1'],
    ]);
  });

  it('names all bad messages before the handler sees any', async () => {
    let calls = 0;
    const run = parse(contract, { tombstones: false })(() => {
      calls++;
      return Promise.resolve();
    })(batchOf(['1', '{"phone":"+79161234567"', '"x"', null]));
    const error: unknown = await run.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PoisonMessageError);
    expect((error as PoisonMessageError).poisoned).toEqual([
      { offset: '11', code: 'invalid_json', reason: 'the value is not JSON' },
      { offset: '12', code: 'invalid_message', reason: '(root): must be a number' },
      { offset: '13', code: 'tombstone', reason: 'the record has no value' },
    ]);
    expect(calls).toBe(0);
  });

  it('hands a tombstone over as null when asked to', async () => {
    const seen: unknown[] = [];
    await parse(contract, { tombstones: true })((batch) => {
      seen.push(...batch.messages.map(({ value }) => value));
      return Promise.resolve();
    })(batchOf(['1', null]));
    expect(seen).toEqual([1, null]);
  });
});
