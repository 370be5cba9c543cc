import { parseJson } from '@perezvon/service';
import { isNestedTooDeep } from '../intake/nesting.js';

export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object with every long integer as text; null = the text is not a JSON object, or nests too deep. */
export function parseJsonObject(text: string): Fields | null {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return isNestedTooDeep(value, text.length) ? null : { ...value };
}
