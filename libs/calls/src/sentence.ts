import type { CellName, Reason } from '@perezvon/contracts';
import { sentences } from './reasons.js';

export interface Localised {
  readonly ru: string;
  readonly en: string;
}

const known = new Map<string, Localised>(Object.entries(sentences));

/** The operator's own names of the cells (rules.md R1). */
const cells: Record<CellName, Localised> = {
  answeredUnknown: {
    ru: 'Успешный звонок с неизвестного номера',
    en: 'Answered call from an unknown number',
  },
  missedUnknown: { ru: 'Непринятый звонок с неизвестного номера', en: 'Missed call from an unknown number' },
  answeredKnown: { ru: 'Успешный звонок от существующего клиента', en: 'Answered call from a known client' },
  missedKnown: { ru: 'Непринятый звонок от существующего клиента', en: 'Missed call from a known client' },
};
const names = new Map<unknown, Localised>(Object.entries(cells));

/** What a reason says, in both languages, with its values; null for a code of another version (rules.md R16). */
export function sentenceOf({ code, params = {} }: Pick<Reason, 'code' | 'params'>): Localised | null {
  const sentence = known.get(code);
  if (sentence === undefined) return null;
  const filled = (language: keyof Localised) =>
    sentence[language].replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name];
      return names.get(value)?.[language] ?? String(value ?? whole);
    });
  return { ru: filled('ru'), en: filled('en') };
}
