/**
 * JSON with every long integer as text; undefined = the text is not JSON. Ids of 64 bits written as numbers would be
 * rounded by `JSON.parse`: two calls would become one.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(quoteLongIntegers(text));
  } catch {
    return undefined; // the caller repairs or refuses it
  }
}

const quoteLongIntegers = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) => (token.startsWith('"') ? token : `"${token}"`));
