import type { CallRecord } from '@perezvon/contracts';

/** One recording, however often and with whatever signature its link was told (rules.md R9). */
export interface Recording {
  /** Of the link that was told first. */
  readonly url: string;
  readonly receivedAt: string;
  readonly durationSec: number | null;
  readonly isFull: boolean;
}

/** One recording per conversation and a full one: far more is garbage. */
const MAX_RECORDINGS = 100;

export const recordOf = (record: CallRecord, receivedAt: string): Recording => ({
  url: record.url,
  receivedAt,
  durationSec: record.duration_sec ?? null,
  isFull: record.full ?? false,
});

/** Sorted by path. */
export function joinRecords(a: readonly Recording[], b: readonly Recording[]): readonly Recording[] {
  if (b.length === 0) return a;
  const byPath = new Map(a.map((recording) => [pathOf(recording.url), recording]));
  for (const recording of b) {
    const known = byPath.get(pathOf(recording.url));
    byPath.set(pathOf(recording.url), known ? joinRecord(known, recording) : recording);
  }
  return [...byPath]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .slice(0, MAX_RECORDINGS)
    .map(([, recording]) => recording);
}

function joinRecord(a: Recording, b: Recording): Recording {
  const first = a.receivedAt + a.url <= b.receivedAt + b.url ? a : b;
  return {
    url: first.url,
    receivedAt: first.receivedAt,
    durationSec: a.durationSec === null ? b.durationSec : Math.max(a.durationSec, b.durationSec ?? 0),
    isFull: a.isFull || b.isFull,
  };
}

/** R9, one link: the recording marked `full`, else the longest. */
export function linkOf(recordings: readonly Recording[]): string | null {
  const best = [...recordings].sort(
    (a, b) => Number(b.isFull) - Number(a.isFull) || (b.durationSec ?? 0) - (a.durationSec ?? 0),
  );
  return best.at(0)?.url ?? null;
}

/** R9: a changed signature of the same path is the same recording. */
export function isSameRecording(a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && pathOf(a) === pathOf(b));
}

const pathOf = (url: string) => url.split(/[?#]/, 1)[0] ?? url;
