import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { samePhone } from './same-phone.js';

describe('samePhone', () => {
  it.each([
    ['+79161234567', '8 (916) 123-45-67'],
    ['+79161234567', '9161234567'],
    ['+79161234567', 'моб. 8 916 123-45-67'],
    ['+8 916 123 45 67', '+79161234567'],
    ['+375291234567', '810 375 29 1234567'],
  ])('%s and %s are one subscriber', (a, b) => {
    expect(samePhone(a, b)).toBe(true);
    expect(samePhone(b, a)).toBe(true);
  });

  it.each([
    ['a foreign number with the same last ten digits', '+79161234567', '+4479161234567'],
    ['a US number with the same last ten digits', '+79161234567', '+19161234567'],
    ['foreign numbers compared by their ends', '+375291234567', '291234567'],
    ['two numbers in one field', '+79161234567', '84951112233 89161234567'],
    ['two hidden callers', 'anonymous', 'anonymous'],
    ['two short numbers', '100', '100'],
    ['an empty field', '+79161234567', ''],
  ])('does not take %s for one', (_, a, b) => {
    expect(samePhone(a, b)).toBe(false);
    expect(samePhone(b, a)).toBe(false);
  });

  it('is symmetric for any texts', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string(), fc.constant('+79161234567')), (a, b) => {
        expect(samePhone(a, b)).toBe(samePhone(b, a));
      }),
    );
  });
});
