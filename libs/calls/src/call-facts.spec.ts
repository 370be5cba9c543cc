import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  answered,
  callOf,
  endedAnswered,
  endedMissed,
  event,
  hidden,
  PETROVA,
  recorded,
  ringing,
  SIDOROV,
  started,
} from './testing/given.js';

describe('the facts of a call', () => {
  const history = [
    started(hidden),
    ringing(PETROVA),
    ringing(SIDOROV),
    answered(PETROVA),
    event('leg.answered', 40, { employee: SIDOROV }),
    event('leg.ended', 12, { employee: SIDOROV }),
    recorded(),
    recorded('https://media.cp.megafon.ru/r/1.mp3?sign=b'),
    endedMissed(),
    endedAnswered({ received_at: '2025-03-04T09:20:00.000Z' }),
  ];

  it('are the same in every order and with every repetition of the events', () => {
    const anyDelivery = fc.array(fc.nat(history.length - 1), { maxLength: 20 }).chain((repeats) =>
      fc.shuffledSubarray([...history, ...repeats.flatMap((i) => history.slice(i, i + 1))], {
        minLength: history.length + repeats.length,
      }),
    );
    fc.assert(
      fc.property(anyDelivery, (events) => {
        expect(callOf(...events)).toEqual(callOf(...history));
      }),
      { numRuns: 2_000 },
    );
  });

  it('begin where the PBX says so: a lone end record looks back over the whole call', () => {
    expect(callOf(endedAnswered()).startedAt).toBe('2025-03-04T09:12:00.000Z');
  });

  it('keep one recording per path: a changed signature is the same recording', () => {
    expect(callOf(recorded('https://m/r/1.mp3?sign=a'), recorded('https://m/r/1.mp3?sign=b')).recordings).toHaveLength(
      1,
    );
  });

  it('a redelivered first end does not overrule the correction that came in between', () => {
    const first = endedMissed();
    const correction = endedAnswered({ received_at: '2025-03-04T09:20:00.000Z' });
    const again = { ...first, received_at: '2025-03-04T09:30:00.000Z' };
    expect(callOf(first, correction, again).ended?.outcome).toBe('answered');
  });
});
