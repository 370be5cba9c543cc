import { type Card, digitsOf } from './model.js';

/** How `query` treats phones (§12.1): nobody has published the vendor's rule. */
export const PHONE_SEARCHES = ['national_digits', 'plain', 'digits'] as const;
export type PhoneSearch = (typeof PHONE_SEARCHES)[number];

const texts = new WeakMap<Card, { readonly plain: string; readonly digits: string }>();

/** A character that no query can contain keeps two fields from making a match together. */
const SEPARATOR = '\u0000';

/**
 * Text search over the filled fields of a card, as `query` does it (§3.6): a substring of any field, so it also finds
 * what nobody meant. `national_digits`: exactly ten digits find every spelling of a number, anything else is plain text.
 */
export function queryMatcher(query: string, phones: PhoneSearch): (card: Card) => boolean {
  const wanted = query.trim().toLowerCase();
  const digits = digitsToFind(wanted, phones);
  return (card) => {
    const text = textOf(card);
    return text.plain.includes(wanted) || (digits !== null && text.digits.includes(digits));
  };
}

const SHORTEST_NUMBER = 5;

function digitsToFind(wanted: string, phones: PhoneSearch): string | null {
  switch (phones) {
    case 'plain':
      return null;
    case 'national_digits':
      return /^\d{10}$/.test(wanted) ? wanted : null;
    case 'digits': {
      const digits = digitsOf(wanted);
      return digits.length >= SHORTEST_NUMBER ? digits : null;
    }
  }
}

function textOf(card: Card) {
  const known = texts.get(card);
  if (known !== undefined) return known;
  const values = card.fields.flatMap((field) => field.values.map((value) => String(value.value)));
  const names = 'first_name' in card ? [String(card.first_name)] : [];
  if ('last_name' in card) names.push(String(card.last_name));
  const numbers = values.map(digitsOf).filter((number) => number.length >= SHORTEST_NUMBER);
  const text = {
    plain: [card.name, ...names, ...values].join(SEPARATOR).toLowerCase(),
    digits: numbers.join(SEPARATOR),
  };
  texts.set(card, text);
  return text;
}
