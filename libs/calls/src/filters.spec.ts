import { describe, expect, it } from '@jest/globals';
import { filterHit } from './filters.js';

const client = (e164: string) => ({ raw: e164, e164, kind: 'e164' as const });
const short = (raw: string) => ({ raw, e164: null, kind: 'short' as const });

describe('R8: filters', () => {
  it.each([
    [client('+79161234567'), ['+79161234567'], true],
    [client('+79161234567'), ['+79161234568'], false],
    [client('+74951112233'), ['+7495*'], true],
    [client('+74961112233'), ['+7495*'], false],
    [short('102'), ['102'], true],
    [short('1021'), ['102'], false],
    [short('74951'), ['+7495*'], false],
    [{ raw: 'anonymous', e164: null, kind: 'hidden' as const }, ['+7495*'], false],
  ])('%j against %j → %s', (number, list, hit) => {
    expect(filterHit(number, list) !== null).toBe(hit);
  });
});
