import type { Reason } from '@perezvon/contracts';
import { sentences } from './reasons.js';

const known = new Map<string, { readonly ru: string; readonly en: string }>(Object.entries(sentences));

/** What a reason says, in both languages, with its values; null for a code of another version (rules.md R16). */
export function sentenceOf({ code, params = {} }: Pick<Reason, 'code' | 'params'>): { ru: string; en: string } | null {
  const sentence = known.get(code);
  if (sentence === undefined) return null;
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
  return { ru: filled(sentence.ru), en: filled(sentence.en) };
}
