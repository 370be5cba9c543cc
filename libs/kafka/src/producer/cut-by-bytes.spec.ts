import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutByBytes } from './cut-by-bytes.js';
import { recordBytes } from './record-size.js';

const own = (size: number): number => size;

describe('cutting a send by bytes', () => {
  it('fills chunks up to the limit and no further', () => {
    expect(cutByBytes([4, 4, 2, 5, 5, 1], 10, own)).toEqual([
      { messages: [4, 4, 2], bytes: 10 },
      { messages: [5, 5], bytes: 10 },
      { messages: [1], bytes: 1 },
    ]);
  });

  it('puts a message that is too large alone', () => {
    expect(cutByBytes([1, 99, 1], 10, own).map(({ messages }) => messages)).toEqual([[1], [99], [1]]);
  });

  it('loses nothing, keeps the order, and stays within the limit where it can', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 })), fc.integer({ min: 1, max: 15 }), (sizes, limit) => {
        const chunks = cutByBytes(sizes, limit, own);
        expect(chunks.flatMap(({ messages }) => messages)).toEqual(sizes);
        for (const { messages, bytes } of chunks) {
          expect(bytes).toBe(messages.reduce((sum, size) => sum + size, 0));
          expect(bytes <= limit || messages.length === 1).toBe(true);
        }
      }),
    );
  });

  it('counts keys, values and headers in bytes, not characters', () => {
    const bare = recordBytes({ key: null, value: null });
    expect(recordBytes({ key: 'ключ', value: Buffer.alloc(5), headers: { h: 'я' } })).toBe(bare + 8 + 5 + 8 + 1 + 2);
  });
});
