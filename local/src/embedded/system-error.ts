/**
 * The code of a system error (`ENOENT`, `EADDRINUSE` …), undefined for anything else.
 * Not by `instanceof Error`: in Jest's sandbox Node's own errors are made by another realm's Error.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
