/**
 * `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110 §10.2.3). amoCRM does not document the header, one
 * client honours it (amocrm-api.md §2.1). Unreadable or past: undefined or 0.
 */
export function retryAfterMs(header: string | undefined, now: () => number): number | undefined {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (/^\d{1,9}$/u.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}
