import { type CallEvent } from '@perezvon/contracts';

/** A PBX clock may be this far ahead of ours; beyond it, our time is the better one (reference/pbx-events.md §4.8). */
export const MAX_CLOCK_AHEAD_MS = 5 * 60_000;

/** Older events are refused: the rows that know they were already done live 45 days (design.md, Topics). */
export const MAX_AGE_MS = 30 * 24 * 60 * 60_000;

export interface EventTimes {
  readonly occurred_at: CallEvent['occurred_at'];
  readonly occurred_at_quality: CallEvent['occurred_at_quality'];
  readonly received_at: string;
  readonly tooOld: boolean;
  readonly clockAhead: boolean;
}

/**
 * @param given what the PBX sent; `occurred_at` is RFC 3339 with an offset
 * @param receivedAtMs our clock when the event reached our edge
 * @param nowMs our clock now; later than `receivedAtMs` for an event that waited
 */
export function eventTimes(
  given: {
    occurred_at?: string | null | undefined;
    occurred_at_quality?: CallEvent['occurred_at_quality'] | null | undefined;
    received_at?: string | null | undefined;
  },
  receivedAtMs: number,
  nowMs: number,
): EventTimes {
  const received = edgeTime(given.received_at, receivedAtMs);
  const receivedAt = isoOf(received);
  if (given.occurred_at == null) {
    return {
      occurred_at: null,
      occurred_at_quality: 'received',
      received_at: receivedAt,
      tooOld: nowMs - received > MAX_AGE_MS,
      clockAhead: false,
    };
  }
  const occurred = Date.parse(given.occurred_at);
  if (occurred - received > MAX_CLOCK_AHEAD_MS) {
    return {
      occurred_at: receivedAt,
      occurred_at_quality: 'received',
      received_at: receivedAt,
      tooOld: nowMs - received > MAX_AGE_MS,
      clockAhead: true,
    };
  }
  return {
    occurred_at: isCanonical(given.occurred_at) ? given.occurred_at : new Date(occurred).toISOString(),
    occurred_at_quality: given.occurred_at_quality ?? 'pbx_utc',
    received_at: receivedAt,
    tooOld: nowMs - occurred > MAX_AGE_MS,
    clockAhead: false,
  };
}

/**
 * The last answer is kept: events that a producer sent together share the time of their arrival, and writing it was most
 * of what all times of an event cost (1.3 µs, now 0.5; docs/measurements/ingest-profile.md).
 */
function isoOf(ms: number): string {
  if (ms !== lastMs) {
    lastIso = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastIso;
}
let lastMs = 0;
let lastIso = new Date(lastMs).toISOString();

/** Already UTC with milliseconds: the usual case on the stream is not written anew. */
function isCanonical(time: string): boolean {
  return time.length === 24 && time.endsWith('Z');
}

/** An edge in front of us may have stamped the event already; a stamp from the future is not believed. */
function edgeTime(given: string | null | undefined, receivedAtMs: number): number {
  if (given == null || !UTC_INSTANT.test(given)) return receivedAtMs;
  const ms = Date.parse(given);
  return Number.isNaN(ms) || ms > receivedAtMs ? receivedAtMs : ms;
}

const UTC_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
