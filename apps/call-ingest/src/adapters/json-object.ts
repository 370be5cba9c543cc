import { isNestedTooDeep } from '../intake/nesting.js';

export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object with every long integer as text; null = the text is not a JSON object, or nests too deep. */
export function parseJsonObject(text: string): Fields | null {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return isNestedTooDeep(value, text.length) ? null : { ...value };
}

/** JSON with every long integer as text; undefined = the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(quoteLongIntegers(text));
  } catch {
    return undefined; // the caller repairs or refuses it
  }
}

/** Ids of 64 bits written as numbers would be rounded by `JSON.parse`: two calls would become one. */
function quoteLongIntegers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}
