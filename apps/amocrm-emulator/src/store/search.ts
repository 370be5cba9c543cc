import { type Card, digitsOf } from './model.js';

/** How `query` treats phones (§12.1): nobody has published the vendor's rule. */
export type PhoneSearch = 'national_digits' | 'plain' | 'digits';

const texts = new WeakMap<Card, { readonly plain: string; readonly digits: readonly string[] }>();

/**
 * Text search over the filled fields of a card, as `query` does it (§3.6): a substring of any field, so it also finds
 * what nobody meant. `national_digits`: exactly ten digits find every spelling of a number, anything else is plain text.
 */
export function matchesQuery(card: Card, query: string, phones: PhoneSearch): boolean {
  const wanted = query.trim().toLowerCase();
  const { plain, digits } = textOf(card);
  if (plain.includes(wanted)) return true;
  if (phones === 'plain') return false;
  const wantedDigits = digitsOf(wanted);
  if (phones === 'national_digits') {
    return /^\d{10}$/.test(wanted) && digits.some((number) => number.includes(wantedDigits));
  }
  return wantedDigits.length >= 5 && digits.some((number) => number.includes(wantedDigits));
}

function textOf(card: Card) {
  const known = texts.get(card);
  if (known !== undefined) return known;
  const values = card.fields.flatMap((field) => field.values.map((value) => String(value.value)));
  const names = 'first_name' in card ? [String(card.first_name)] : [];
  if ('last_name' in card) names.push(String(card.last_name));
  const text = {
    // A separator that no query can contain keeps two fields from making a match together.
    plain: [card.name, ...names, ...values].join('\u0000').toLowerCase(),
    digits: values.map(digitsOf).filter((number) => number.length >= 5),
  };
  texts.set(card, text);
  return text;
}
