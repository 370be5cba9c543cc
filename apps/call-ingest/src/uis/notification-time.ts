import { type CallEvent } from '@perezvon/contracts';
import { DateTime } from 'luxon';

export interface PbxTime {
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly quality: CallEvent['occurred_at_quality'];
}

/** Cabinets show Moscow time unless told otherwise (reference/pbx-events.md §4.8). */
const DEFAULT_ZONE = 'Europe/Moscow';

/**
 * A notification's time: epoch (seconds to microseconds), ISO with an offset, or the cabinet's local time without one.
 * An offset in the value wins; else `timeZone`, the source's IANA zone. Null = not a time.
 */
export function notificationTime(text: string, timeZone: string): PbxTime | null {
  if (/^\d{9,16}(?:\.\d+)?$/.test(text)) return utc(DateTime.fromMillis(epochMs(Number(text)), { zone: 'utc' }));
  const iso = text.replace(/^(\d{4}-\d\d-\d\d) +/, '$1T');
  if (/(?:Z|[+-]\d\d:?\d\d)$/i.test(iso)) return utc(DateTime.fromISO(iso, { setZone: true }));
  const local = DateTime.fromISO(iso, { zone: timeZone });
  const readable = local.invalidReason === 'unsupported zone' ? DateTime.fromISO(iso, { zone: DEFAULT_ZONE }) : local;
  return readable.isValid && iso.includes('T') ? { at: toUtcText(readable), quality: 'pbx_local' } : null;
}

function epochMs(value: number): number {
  if (value >= 1e14) return value / 1000;
  return value >= 1e11 ? value : value * 1000;
}

function utc(time: DateTime): PbxTime | null {
  return time.isValid ? { at: toUtcText(time), quality: 'pbx_utc' } : null;
}

function toUtcText(time: DateTime): string {
  return new Date(Math.trunc(time.toMillis())).toISOString();
}
