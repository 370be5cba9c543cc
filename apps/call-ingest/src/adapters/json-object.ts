export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object with every long integer as text; null = the text is not a JSON object. */
export function parseJsonObject(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(quoteLongIntegers(text));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null; // not JSON: the caller repairs or refuses it
  }
}

/** Ids of 64 bits written as numbers would be rounded by `JSON.parse`: two calls would become one. */
function quoteLongIntegers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}
