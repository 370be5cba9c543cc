/** Which of two things said about one call counts: the same choice in every order of arrival. */

/** The smaller of two texts, null yielding. */
export function smaller(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}

/** The larger of two texts, null yielding. */
export function larger(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a >= b ? a : b;
}

/** The longer account of two, equal lengths settled by their text, null yielding. */
export function fuller<T>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  if (JSON.stringify(a) === JSON.stringify(b)) return a; // as most mentions of an employee are, and much cheaper to see
  const [x, y] = [textOf(a), textOf(b)];
  return x.length > y.length || (x.length === y.length && x <= y) ? a : b;
}

export function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (b.length === 0) return a;
  const byText = new Map([...a, ...b].map((item) => [textOf(item), item]));
  return [...byText].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, item]) => item);
}

/** The same for the same value whatever the order of its keys: a store may give them back in its own. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
