/** What PHP's nested form fields can carry; every value becomes text (§9.2). */
export type FormValue =
  string | number | boolean | null | undefined | readonly FormValue[] | { readonly [key: string]: FormValue };

/** `{ leads: { add: [{ id: 1 }] } }` → `leads[add][0][id]=1`. null becomes an empty text, undefined is left out. */
export function encodeForm(tree: Readonly<Record<string, FormValue>>): string {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(tree)) collect(encodeURIComponent(key), value, pairs);
  return pairs.join('&');
}

function collect(name: string, value: FormValue, pairs: string[]): void {
  if (value === undefined) return;
  if (value === null || typeof value !== 'object') {
    const text = typeof value === 'boolean' ? Number(value) : (value ?? '');
    pairs.push(`${name}=${encodeURIComponent(text)}`);
    return;
  }
  for (const [key, inner] of Object.entries(value)) collect(`${name}[${encodeURIComponent(key)}]`, inner, pairs);
}
