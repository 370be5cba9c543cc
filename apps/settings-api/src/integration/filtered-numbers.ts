import { parsePhone } from '@perezvon/phone';
import { type FieldProblem, type Localized } from '@perezvon/service';

/** One line of a list and what it was taken for. */
export interface UnderstoodLine {
  readonly line: string;
  readonly number: string;
}

/** A line that is no number, and why not. */
export interface WrongLine {
  readonly line: string;
  readonly code: string;
  readonly message: Localized;
}

export interface FilteredNumbers {
  /** Canonical and without repeats, in the order given: E.164, a short number, or a mask `+7495*`. */
  readonly numbers: readonly string[];
  readonly understood: readonly UnderstoodLine[];
  /** Lines that say what an earlier one said already. */
  readonly repeated: readonly UnderstoodLine[];
  readonly wrong: readonly WrongLine[];
  /** What keeps the list from being saved: the wrong lines, and its length. */
  readonly problems: readonly FieldProblem[];
}

const maxNumbers = 10_000;
const fewestMaskDigits = 4;
const separators = /[\s()./\-\u2010-\u2015\u2212\u00a0]/g;

/**
 * Reads a list of filtered numbers (rules.md R8): any spelling, pasted columns and CSV, masks with a trailing `*`.
 *
 * @param given entries as sent; each may itself be a pasted list
 * @param path of the list in the request, for the problems: each names its line as it was written
 */
export function readFilteredNumbers(given: readonly string[], path: string): FilteredNumbers {
  const lines = given.flatMap((entry) => entry.split(/[\r\n;,\t]+/)).map((line) => line.trim().replace(/^"|"$/g, ''));
  const understood: UnderstoodLine[] = [];
  const repeated: UnderstoodLine[] = [];
  const wrong: WrongLine[] = [];
  const numbers = new Set<string>();
  for (const line of lines.filter((each) => each !== '')) {
    const number = canonicalEntry(line);
    if (typeof number !== 'string') wrong.push({ line, ...number });
    else if (numbers.has(number)) repeated.push({ line, number });
    else {
      numbers.add(number);
      understood.push({ line, number });
    }
  }
  const problems: FieldProblem[] = wrong.map(({ code, message }) => ({ path, code, message }));
  if (numbers.size > maxNumbers) {
    problems.push({
      path,
      code: 'too_many',
      message: { ru: `Не больше ${maxNumbers} номеров.`, en: `No more than ${maxNumbers} numbers.` },
    });
  }
  return { numbers: [...numbers], understood, repeated, wrong, problems };
}

function canonicalEntry(line: string): string | { code: string; message: Localized } {
  const shown = line.slice(0, 50);
  if (line.includes('*') && !/^[*#]/.test(line)) {
    const [, plus = '', digits = ''] = /^(\+?)(\d+)\*$/.exec(line.replaceAll(separators, '')) ?? [];
    if (digits.length < fewestMaskDigits || digits.length > 15) {
      return {
        code: 'bad_mask',
        message: {
          ru: `«${shown}»: в маске нужно не меньше ${fewestMaskDigits} цифр и одна звёздочка в конце.`,
          en: `"${shown}": a mask needs at least ${fewestMaskDigits} digits and one asterisk at its end.`,
        },
      };
    }
    return `+${plus === '' ? digits.replace(/^8/, '7') : digits}*`;
  }
  const phone = parsePhone(line);
  if (phone.e164 !== null) return phone.e164;
  if (phone.kind === 'short') return line.replaceAll(separators, '');
  return {
    code: 'not_a_number',
    message: { ru: `«${shown}» не похоже на номер телефона.`, en: `"${shown}" does not look like a phone number.` },
  };
}
