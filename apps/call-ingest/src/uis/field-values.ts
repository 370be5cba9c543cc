import { wholeSeconds } from '../adapters/raw-values.js';

/** How UIS writes single values, in notifications and in reports alike (reference/pbx-events.md §2.1). */

const NO_VALUE = new Set(['', 'null', 'none', 'undefined']);

/** A value without the quotes around it; null = no value, or none that is text, a number or a flag. */
export function bareText(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  const text = String(value).replace(/^[\s"'“”«»]+|[\s"'“”«»]+$/g, '');
  return NO_VALUE.has(text.toLowerCase()) ? null : text;
}

/** Whole seconds of `12`, `12.4`, `0:12` or `00:00:12`; null = none of these. */
export function secondsIn(text: string): number | null {
  const clock = /^(?:(\d{1,4}):)?(\d{1,2}):(\d{2})(?:\.\d+)?$/.exec(text);
  if (clock === null) return wholeSeconds(text);
  return Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
}

/** Null = neither yes nor no. */
export function flagIn(text: string): boolean | null {
  const word = text.toLowerCase();
  if (['true', '1', 'yes', 'да', 't'].includes(word)) return true;
  return ['false', '0', 'no', 'нет', 'f'].includes(word) ? false : null;
}
