import { describe, expect, it } from '@jest/globals';
import { en } from './en';
import { ru } from './ru';
import { linesOf, textOf, type Words } from './translate';

const plurals = { ru: new Intl.PluralRules('ru'), en: new Intl.PluralRules('en') };

/** Every key of the words with its text. */
function leaves(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
    const key = path === '' ? name : `${path}.${name}`;
    if (typeof value === 'string') return [[key, value] as [string, string]];
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? leaves(value, key) : [];
  });
}

describe('a text of the page', () => {
  it.each([
    [1, '1 номер'],
    [2, '2 номера'],
    [5, '5 номеров'],
    [11, '11 номеров'],
    [21, '21 номер'],
  ])('agrees with %i in Russian', (count, text) => {
    expect(textOf(ru, plurals.ru, 'direction.filtersCount', { count })).toBe(text);
  });

  it('has its values put in, and its key shown where there is none', () => {
    expect(textOf(ru, plurals.ru, 'direction.gone', { id: 7 })).toBe('нет в amoCRM (№ 7)');
    expect(textOf(ru, plurals.ru, 'overview.events.call.ended')).toBe('Завершение звонка');
    expect(textOf(ru, plurals.ru, 'overview.events.call.unheard_of')).toBe('overview.events.call.unheard_of');
  });

  it('keeps the braces of what is pasted into a PBX', () => {
    expect(linesOf(ru, 'sources.steps.uis').join(' ')).toContain('{{notification_mnemonic}}');
  });

  it.each<[string, Words, Intl.PluralRules]>([
    ['ru', ru, plurals.ru],
    ['en', en, plurals.en],
  ])('is found under every key of %s, and asks for the same values in both languages', (_language, words, rules) => {
    const other = new Map(leaves(words === ru ? en : ru));
    const valuesIn = (text = ''): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).sort();
    for (const [key, text] of leaves(words)) {
      const bare = key.replace(/_(one|few|many|other)$/, '');
      expect(textOf(words, rules, bare, { count: 2 })).not.toBe(bare);
      expect({ key, values: valuesIn(text) }).toEqual({ key, values: valuesIn(other.get(key)) });
    }
  });
});
