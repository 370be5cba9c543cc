/**
 * `20250304T091247Z` as RFC 3339 (reference/pbx-events.md §4.8): UTC, also where the `Z` is left out. The history list
 * writes ISO; an offset there wins. Null = not a time.
 */
export function utcTime(text: string | null): string | null {
  const [, year, month, day, hour, minute, second, zone] = PARTS.exec(text ?? '') ?? [];
  if (second === undefined) return null;
  const offset = zone === undefined || zone === '' ? 'Z' : zone;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

const PARTS = /^(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d):?(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/i;
