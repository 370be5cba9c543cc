import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/min/metadata';
import { BoundedCache } from './bounded-cache.js';

/**
 * What a written number turned out to be (reference/pbx-events.md §4.9).
 * `e164`: a full number; `short`: an internal or service number of 2–6 digits; `hidden`: the caller did not show one;
 * `invalid`: anything else. Only `e164` may reach amoCRM (rules.md R10).
 */
export type PhoneKind = 'e164' | 'hidden' | 'short' | 'invalid';

export interface Phone {
  /** The text as it was given; an absent one is `''`. */
  readonly raw: string;
  /** `+` and digits; null for every other kind than `e164`. */
  readonly e164: string | null;
  readonly kind: PhoneKind;
  /** The PBX sent its template's `{{variable}}` instead of a value: the cabinet is set up wrongly. */
  readonly warning?: 'template_placeholder';
}

export interface ParsePhoneOptions {
  /** The country whose dialling habits apply: its trunk prefix 8, its way abroad 810, its ten national digits. */
  readonly defaultCountry: 'RU';
}

/** Longer texts cannot be a number; refusing them first keeps a megabyte of garbage away from the patterns. */
const MAX_LENGTH = 128;

const cache = new BoundedCache<string, Phone>(4096);

/**
 * Reads a number as people and PBXs write it; rules of reference/pbx-events.md §4.9. Never throws.
 *
 * A number counts as complete when its country code exists and its length is possible there. Whether the range is
 * assigned today is not asked: tables of ranges age, and a client from a new range must not be lost.
 */
export function parsePhone(
  raw: string | null | undefined,
  _options: ParsePhoneOptions = { defaultCountry: 'RU' },
): Phone {
  if (raw === null || raw === undefined) return { raw: '', e164: null, kind: 'hidden' };
  const russian = commonRussianSpelling(raw);
  if (russian !== null) return { raw, e164: russian, kind: 'e164' };
  if (raw.length > MAX_LENGTH) return { raw, e164: null, kind: raw.trim() === '' ? 'hidden' : 'invalid' };
  return cache.get(raw) ?? cache.set(raw, parseAnySpelling(raw));
}

const NINE_OF_TEN_SPELLINGS = /^(?:(?:\+?7|8)\d{10}|[347-9]\d{9})$/;

/**
 * The stream's fast path: `79161234567`, `+79161234567`, `89161234567`, `9161234567`, without the library's cost.
 * Null = look closer. Must agree with {@link parseAnySpelling}: a property test holds them together.
 */
export function commonRussianSpelling(raw: string): string | null {
  return NINE_OF_TEN_SPELLINGS.test(raw) ? `+7${raw.slice(-10)}` : null;
}

const HIDDEN_WORDS = new Set([
  'anonymous',
  'unknown',
  'restricted',
  'private',
  'unavailable',
  'withheld',
  'hidden',
  'null',
  'неопределившийся',
  'неизвестный',
  'аноним',
  'номер скрыт',
  'скрытый номер',
]);

/** The whole of §4.9, for every spelling. */
export function parseAnySpelling(raw: string): Phone {
  const text = dialledPart(raw);
  if (text.includes('{{')) return { raw, e164: null, kind: 'hidden', warning: 'template_placeholder' };
  if (/^\+?0*$/.test(text) || HIDDEN_WORDS.has(text.toLowerCase())) return { raw, e164: null, kind: 'hidden' };

  const plain = text.replace(SEPARATORS, '');
  if (/^[*#]+\d{2,6}#?$/.test(plain) || /^\d{2,6}$/.test(plain)) return { raw, e164: null, kind: 'short' };
  if (!/^\+?\d+$/.test(plain)) return { raw, e164: null, kind: 'invalid' };

  const international = withCountryCode(plain);
  const e164 = international === null ? null : possibleNumber(international);
  return e164 === null ? { raw, e164: null, kind: 'invalid' } : { raw, e164, kind: 'e164' };
}

/** Spaces of all kinds, brackets, dots, slashes and every dash that editors put into numbers. */
const SEPARATORS = /[\s()./\-\u2010-\u2015\u2212\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;

/** Takes off what wraps a number: quotes of a careless template, `<…>`, `tel:`, and of a SIP address the user part. */
function dialledPart(raw: string): string {
  const bare = raw.replace(/^[\s"'<]+|[\s"'>]+$/g, '').replace(/^tel:/i, '');
  const sip = /^(?:.*<)?sips?:([^@;>]*)/i.exec(bare);
  return sip?.[1]?.trim() ?? bare;
}

/** `+` and all digits, or null where a country would have to be invented. `plain` is digits with an optional `+`. */
function withCountryCode(plain: string): string | null {
  if (plain.startsWith('+')) return plain;
  if (plain.startsWith('00')) return `+${plain.slice(2)}`;
  if (plain.startsWith('810') && plain.length > 11) return `+${plain.slice(3)}`;
  if (plain.length === 11 && plain.startsWith('8')) return `+7${plain.slice(1)}`;
  if (plain.length === 10) return /^[347-9]/.test(plain) ? `+7${plain}` : null;
  return plain.length > 10 ? `+${plain}` : null;
}

function possibleNumber(international: string): string | null {
  if (international.length > 16) return null;
  const number = parse(international);
  // The library drops a trunk prefix after the country code (`+7 8 916 …`). What can lose one twice is no number.
  return number !== null && parse(number) === number ? number : null;
}

function parse(international: string): string | null {
  const number = parsePhoneNumberFromString(international, metadata);
  return number?.isPossible() === true ? number.number : null;
}
