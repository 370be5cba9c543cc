import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { correlate, withRequestIds } from './correlate.js';

const error = { code: 'NotSupportedChoice', path: 'name' };

describe('request and answer', () => {
  it('are tied by request_id, whatever the order of the answer', () => {
    expect(
      correlate(
        ['a', 'b'],
        [
          { requestIds: ['b'], value: 2 },
          { requestIds: ['a'], value: 1 },
        ],
        [],
      ),
    ).toEqual([
      { kind: 'done', value: 1 },
      { kind: 'done', value: 2 },
    ]);
  });

  it('are tied by position when nothing was echoed and the number is right', () => {
    expect(
      correlate(
        ['a', 'b'],
        [
          { requestIds: [], value: 1 },
          { requestIds: [], value: 2 },
        ],
        [],
      ),
    ).toEqual([
      { kind: 'done', value: 1 },
      { kind: 'done', value: 2 },
    ]);
  });

  it('are not guessed when nothing was echoed and one is missing', () => {
    expect(correlate(['a', 'b'], [{ requestIds: [], value: 1 }], [])).toEqual([
      { kind: 'in_doubt', reason: 'missing_in_answer' },
      { kind: 'in_doubt', reason: 'missing_in_answer' },
    ]);
  });

  it('give one lead to all items that were merged into it', () => {
    expect(correlate(['a', 'b'], [{ requestIds: ['a', 'b'], value: 1 }], [])).toEqual([
      { kind: 'done', value: 1 },
      { kind: 'done', value: 1 },
    ]);
  });

  it('hold, for every subset kept, refused and lost: each item has its own outcome', () => {
    const fate = fc.constantFrom('kept', 'refused', 'lost');
    fc.assert(
      fc.property(
        fc.array(fate, { minLength: 1, maxLength: 50 }),
        fc.array(fc.nat(), { minLength: 50, maxLength: 50 }),
        (fates, shuffle) => {
          const { requestIds } = withRequestIds(fates.map(() => ({})));
          const kept = fates.flatMap((one, index) =>
            one === 'kept' ? [{ requestIds: [String(index)], value: index, at: shuffle[index] ?? 0 }] : [],
          );
          const refused = fates.flatMap((one, index) =>
            one === 'refused' ? [{ requestId: String(index), errors: [error] }] : [],
          );
          const outcomes = correlate(
            requestIds,
            kept.sort((a, b) => a.at - b.at),
            refused,
          );
          expect(outcomes).toEqual(
            fates.map((one, index) => {
              if (one === 'kept') return { kind: 'done', value: index };
              if (one === 'refused') return { kind: 'rejected', errors: [error] };
              return { kind: 'in_doubt', reason: 'missing_in_answer' };
            }),
          );
        },
      ),
    );
  });
});

describe('request ids', () => {
  it('are the index unless the caller gives one', () => {
    expect(withRequestIds([{}, { request_id: 'call-7' }, {}]).requestIds).toEqual(['0', 'call-7', '2']);
  });

  it('may not be shared: the answer could not be told apart', () => {
    expect(() => withRequestIds([{ request_id: '1' }, {}])).toThrow('share');
  });
});
