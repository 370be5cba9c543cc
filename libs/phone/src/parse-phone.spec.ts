import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commonRussianSpelling, parseAnySpelling, parsePhone } from './parse-phone.js';

const whole: [string, string][] = [
  ['79161234567', '+79161234567'],
  ['+79161234567', '+79161234567'],
  ['8 (916) 123-45-67', '+79161234567'],
  ['9161234567', '+79161234567'],
  ['0079161234567', '+79161234567'],
  ['8 800 555-35-35', '+78005553535'],
  ['88005553535', '+78005553535'],
  ['810 375 29 1234567', '+375291234567'],
  ['+375291234567', '+375291234567'],
  ['375291234567', '+375291234567'],
  ['8 10 7 916 123 45 67', '+79161234567'],
  ['+7 (8) 916 123-45-67', '+79161234567'],
  ['77011234567', '+77011234567'],
  ['447911123456', '+447911123456'],
  ['12125551234', '+12125551234'],
  ['sip:79161234567@pbx.example', '+79161234567'],
  ['"Иван" <sip:+79161234567@pbx.example;transport=udp>', '+79161234567'],
  ['tel:+7-916-123-45-67', '+79161234567'],
  ['"79161234567"', '+79161234567'],
  ['8\u00a0916\u00a0123\u201145\u201167', '+79161234567'],
];

const short = ['100', '1234', '*21', '12', '123456', 'sip:101@domain', '*21#'];

const hidden = [
  '',
  '   ',
  'anonymous',
  'Anonymous',
  'unknown',
  '<unknown>',
  'restricted',
  'private',
  'unavailable',
  'Неопределившийся',
  '0',
  '+',
  '"anonymous"',
  'sip:anonymous@anonymous.invalid',
];

const invalid = [
  '1234567',
  '12345678',
  '123456789',
  '1234567890123456',
  '+1234567890123456',
  'ООО Ромашка',
  '8-800-FLOWERS',
  '+7916',
  '2125551234',
  '0501234567',
  '+101',
  '5',
  '9'.repeat(100_000),
];

describe('parsePhone', () => {
  it.each(whole)('reads %j as %s', (raw, e164) => {
    expect(parsePhone(raw, { defaultCountry: 'RU' })).toEqual({ raw, e164, kind: 'e164' });
  });

  it.each(short)('keeps %j as a short number', (raw) => {
    expect(parsePhone(raw)).toEqual({ raw, e164: null, kind: 'short' });
  });

  it.each(hidden)('takes %j for a hidden caller', (raw) => {
    expect(parsePhone(raw)).toEqual({ raw, e164: null, kind: 'hidden' });
  });

  it.each([null, undefined])('takes %s for a hidden caller', (raw) => {
    expect(parsePhone(raw)).toEqual({ raw: '', e164: null, kind: 'hidden' });
  });

  it.each(['{{contact_phone_number}}', '"{{ numa }}"'])('warns of the unfilled template %j', (raw) => {
    expect(parsePhone(raw)).toEqual({ raw, e164: null, kind: 'hidden', warning: 'template_placeholder' });
  });

  it.each(invalid.map((raw) => [raw.slice(0, 24), raw]))('invents no country for %j', (_, raw) => {
    expect(parsePhone(raw)).toEqual({ raw, e164: null, kind: 'invalid' });
  });

  it('removes 810 only where more than eleven digits stand', () => {
    expect(parsePhone('81034567890').e164).toBe('+71034567890');
    expect(parsePhone('810375291234567').e164).toBe('+375291234567');
  });

  it('reads 8 as the trunk prefix only where no + stands before it', () => {
    expect(parsePhone('+81312345678').e164).toBe('+81312345678');
    expect(parsePhone('81312345678').e164).toBe('+71312345678');
  });
});

const russianDigits = fc.stringMatching(/^[347-9]\d{9}$/);
const numberLike = fc.stringMatching(/^[+0-9*#()\- ]{0,24}$/);

describe('parsePhone, for any input', () => {
  it('never throws and keeps the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), numberLike), (raw) => {
        const phone = parsePhone(raw);
        expect(phone.raw).toBe(raw);
        expect(phone.e164 !== null).toBe(phone.kind === 'e164');
      }),
      { numRuns: 10_000 },
    );
  });

  it('reads its own result as itself', () => {
    fc.assert(
      fc.property(fc.oneof(numberLike, fc.stringMatching(/^(\+|00|810)?[1-9]\d{8,14}$/)), (raw) => {
        const { e164 } = parsePhone(raw);
        if (e164 === null) return;
        expect(e164).toMatch(/^\+[1-9]\d{6,14}$/);
        expect(parsePhone(e164).e164).toBe(e164);
      }),
      { numRuns: 10_000 },
    );
  });

  it('agrees over all spellings of one Russian number', () => {
    fc.assert(
      fc.property(russianDigits, (n) => {
        const grouped = `(${n.slice(0, 3)}) ${n.slice(3, 6)}-${n.slice(6, 8)}-${n.slice(8)}`;
        const spelled = [
          n,
          `7${n}`,
          `8${n}`,
          `+7${n}`,
          `007${n}`,
          `8107${n}`,
          `+7 ${grouped}`,
          `8 ${grouped}`,
          grouped,
        ];
        expect(new Set(spelled.map((s) => parsePhone(s).e164))).toEqual(new Set([`+7${n}`]));
      }),
      { numRuns: 10_000 },
    );
  });

  it('says the same on the fast path as on the slow one', () => {
    const anyPrefix = fc.tuple(fc.constantFrom('', '7', '8', '+7', '+8', '0'), fc.stringMatching(/^\d{9,11}$/));
    fc.assert(
      fc.property(anyPrefix, ([prefix, rest]) => {
        const raw = prefix + rest;
        const fast = commonRussianSpelling(raw);
        if (fast !== null) expect(parseAnySpelling(raw)).toEqual({ raw, e164: fast, kind: 'e164' });
      }),
      { numRuns: 20_000 },
    );
  });
});
