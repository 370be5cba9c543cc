export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object with every long integer as text; null = the text is not a JSON object. */
export function parseJsonObject(text: string): Fields | null {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
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
