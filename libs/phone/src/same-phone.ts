import { isRussian, nationalDigits } from './digits.js';
import { parsePhone } from './parse-phone.js';

/**
 * Do two spellings mean one subscriber (reference/pbx-events.md §4.9, rules.md R5)? Whole numbers are compared; a text
 * that is no whole number (`моб. 8 916 …`, `+8916…`) still equals a Russian one by its last ten digits. A whole foreign
 * number never does, however its last digits look.
 */
export function samePhone(a: string, b: string): boolean {
  const left = parsePhone(a);
  const right = parsePhone(b);
  if (left.e164 !== null && right.e164 !== null) return left.e164 === right.e164;
  if (left.e164 !== null) return isRussian(left.e164) && endsWithNational(right.raw, left.e164);
  if (right.e164 !== null) return isRussian(right.e164) && endsWithNational(left.raw, right.e164);
  return false;
}

/** The ten digits, after nothing or a Russian way to begin: more digits are another country or two numbers in one field. */
function endsWithNational(text: string, russian: string): boolean {
  const found = text.replace(/\D/g, '');
  return found.endsWith(nationalDigits(russian)) && /^(?:7|8|78|07|007|8107)?$/.test(found.slice(0, -10));
}
