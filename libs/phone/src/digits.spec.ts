import { describe, expect, it } from '@jest/globals';
import { digits, maskPhone, nationalDigits } from './digits.js';

describe('digits', () => {
  it('drops the plus', () => {
    expect(digits('+79161234567')).toBe('79161234567');
  });
});

describe('nationalDigits', () => {
  it.each([
    ['+79161234567', '9161234567'],
    ['+77011234567', '7011234567'],
    ['+375291234567', '375291234567'],
  ])('of %s are %s', (e164, expected) => {
    expect(nationalDigits(e164)).toBe(expected);
  });
});

describe('maskPhone', () => {
  it.each([
    ['+79161234567', '+7916*****67'],
    ['89161234567', '8916*****67'],
    ['1234', '***'],
    ['', '***'],
    ['anonymous', '***'],
  ])('shows %j as %s', (phone, masked) => {
    expect(maskPhone(phone)).toBe(masked);
  });
});
