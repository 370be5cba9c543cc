import type {
  CallClient,
  CallDirection,
  CallEmployee,
  CallEvent,
  CallOutcome,
  CallOutcomeDetail,
} from '@perezvon/contracts';
import { fuller, textOf } from './choice.js';
import { isSamePerson } from './outcome.js';
import { timeOf } from './start.js';

/** What one end record says (rules.md R4). */
export interface CallEnd {
  /** The id it came under: a transferred leg may have a record of its own. */
  readonly callId: string;
  readonly at: string;
  readonly direction: CallDirection;
  readonly client: CallClient;
  readonly virtualNumber: string | null;
  readonly outcome: CallOutcome | null;
  readonly detail: CallOutcomeDetail | null;
  readonly waitSec: number | null;
  readonly talkSec: number | null;
  readonly totalSec: number | null;
  readonly employee: CallEmployee | null;
  /** Who talked, in the order of their first talks where all were timed; null inside = an outside number. Null = not told. */
  readonly talkers: readonly (CallEmployee | null)[] | null;
  /** Who talked first, where the record names him, times the first talks or knows but one talker. Absent in older rows. */
  readonly firstTalker?: CallEmployee | null;
  /** Who talked last, where the record names him or knows but one talker. Absent in older rows. */
  readonly lastTalker?: CallEmployee | null;
  /** Who was last by an order that does not know who came back. Absent in older rows. */
  readonly lastInOrder?: LastInOrder | null;
  /** First receipt of this content: what came last of several contents corrects the others. */
  readonly receivedAt: string;
  readonly contentHash: string;
  /** «Потерянный звонок» and its like: believed only if no authoritative end comes within the settle delay (R3, R4). */
  readonly isHint: boolean;
}

export interface LastInOrder {
  readonly employee: CallEmployee;
  /** His first talk, where he is the last by these; null: by the order of the records' ends. */
  readonly since: string | null;
}

/** A call is corrected a few times at most; beyond it only the newest are kept. */
const MAX_ENDS = 50;

export function endOf(event: CallEvent): CallEnd {
  return {
    callId: event.call_id,
    at: timeOf(event),
    direction: event.direction,
    client: event.client,
    virtualNumber: event.virtual_number?.e164 ?? null,
    outcome: event.outcome ?? null,
    detail: event.outcome_detail ?? null,
    waitSec: event.wait_sec ?? null,
    talkSec: event.talk_sec ?? null,
    totalSec: event.total_sec ?? null,
    employee: event.employee ?? null,
    ...talkOf(event),
    receivedAt: event.received_at,
    contentHash: event.content_hash,
    isHint: event.outcome_detail === 'inferred' && event.outcome !== 'answered',
  };
}

type Talk = Pick<CallEnd, 'talkers' | 'firstTalker' | 'lastTalker' | 'lastInOrder'>;

/**
 * A list of participants has no order of its own: only times, or the record's own word, make one. First talks tell who was
 * first; who was last only if nobody came back (§4.5).
 */
function talkOf({ participants, first_talked_employee: first, last_talked_employee: last }: CallEvent): Talk {
  const talked = participants?.filter((p) => p.talked === true || (p.talk_sec ?? 0) > 0) ?? [];
  const at = ({ first_talk_at }: (typeof talked)[number]) => first_talk_at ?? '';
  const talkers = [...talked].sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0)).map((p) => p.employee);
  const isTimed = talked.every((p) => p.employee === null || p.first_talk_at != null);
  const ordered = isTimed ? talkers.filter((one) => one !== null) : [];
  const latest = ordered.at(-1);
  const since = talked.find(({ employee }) => employee === latest)?.first_talk_at ?? null;
  return {
    talkers: talkers.length === 0 ? null : talkers,
    firstTalker: first ?? ordered.at(0) ?? onlyOf(talkers),
    lastTalker: last ?? onlyOf(talkers),
    lastInOrder: latest && since !== null ? { employee: latest, since } : null,
  };
}

function onlyOf(talkers: readonly (CallEmployee | null)[]): CallEmployee | null {
  const [only, ...more] = talkers.filter((one) => one !== null);
  return more.length === 0 ? (only ?? null) : null;
}

/** Oldest first. */
export function joinEnds(a: readonly CallEnd[], b: readonly CallEnd[]): readonly CallEnd[] {
  if (b.length === 0) return a;
  const ends = new Map(a.map((end) => [identityOf(end), end]));
  for (const end of b) {
    const known = ends.get(identityOf(end));
    ends.set(identityOf(end), known ? joinEnd(known, end) : end);
  }
  return [...ends.values()].sort((x, y) => (ageOf(x) < ageOf(y) ? -1 : 1)).slice(-MAX_ENDS);
}

const identityOf = ({ callId, contentHash, isHint }: CallEnd) => JSON.stringify([callId, contentHash, isHint]);

/** A repetition may carry what the first lacked, such as participants from a pulled report (§4.3). */
function joinEnd(a: CallEnd, b: CallEnd): CallEnd {
  const [x, y] = [ageOf(a) + a.at, ageOf(b) + b.at];
  const [first, other] = x < y || (x === y && textOf(a) <= textOf(b)) ? [a, b] : [b, a];
  return {
    ...first,
    at: a.at <= b.at ? a.at : b.at,
    waitSec: most(a.waitSec, b.waitSec),
    talkSec: most(a.talkSec, b.talkSec),
    totalSec: most(a.totalSec, b.totalSec),
    employee: fuller(first.employee, other.employee),
    talkers: fuller(first.talkers, other.talkers),
    firstTalker: fuller(first.firstTalker ?? null, other.firstTalker ?? null),
    lastTalker: fuller(first.lastTalker ?? null, other.lastTalker ?? null),
    lastInOrder: fuller(first.lastInOrder ?? null, other.lastInOrder ?? null),
  };
}

const most = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.max(a, b));

/** What tells a call's own end from that of a leg. */
export interface Session {
  /** Ids of legs whose own record a transfer announced. */
  readonly secondIds: readonly string[];
  /** What events short of an end said. */
  readonly heard: { readonly direction: CallDirection; readonly client: CallClient };
}

/**
 * R4: the authoritative record wins over any hint, also over one that arrives later. Among records of one id the content
 * that was first received last corrects the others; records of several ids are legs of one call and are added up, under
 * the direction and the client of the call itself.
 */
export function endThatCounts(ends: readonly CallEnd[], session: Session): CallEnd | null {
  const newest = new Map<string, CallEnd>();
  for (const end of ends) {
    const known = newest.get(end.callId);
    if (!known || rank(known) < rank(end)) newest.set(end.callId, end);
  }
  const own = [...newest.values()].filter((end) => isOwnRecord(end, session)).sort(byTime);
  const all = [...newest.values()].filter((end) => !isConsultation(end, own, session));
  const records = all.filter((end) => !end.isHint);
  const withClient = records.filter((end) => !isInternal(end));
  const counted = [withClient, records, all].find((some) => some.length > 0) ?? [];
  const sum = counted.sort(byTime).reduce<CallEnd | null>((known, end) => (known ? addUp(known, end) : end), null);
  if (sum === null || sum.isHint) return sum;
  const first = own.find((end) => counted.includes(end));
  if (first) return { ...sum, ...partiesOf(first, sum) };
  // Legs that nobody took measure their own talk, not what was talked before them or beside them.
  return isTalkOf(sum) ? sum : { ...sum, talkSec: null, totalSec: null };
}

export const isOwnRecord = ({ callId, isHint }: CallEnd, { secondIds }: Pick<Session, 'secondIds'>): boolean =>
  !isHint && !secondIds.includes(callId);

const isInternal = ({ direction, outcome }: CallEnd) => direction === 'internal' || outcome === 'internal';

/**
 * §4.5: the record of a leg on which an employee asked a colleague, or an outside number, about the client. It says
 * nothing of the call's end, nor of its client.
 */
function isConsultation(end: CallEnd, own: readonly CallEnd[], { secondIds, heard }: Session): boolean {
  if (end.isHint || !secondIds.includes(end.callId)) return false;
  if (isInternal(end)) return heard.direction === 'in' || heard.direction === 'out';
  const client = own.map((record) => record.client.e164).find((e164) => e164 !== null) ?? heard.client.e164;
  // A hidden caller is not whom a leg towards the outside reached.
  const isTold = client !== null || (heard.direction === 'in' && end.direction === 'out');
  return isTold && end.client.e164 !== null && end.client.e164 !== client;
}

const ageOf = ({ receivedAt, contentHash, callId }: CallEnd) => JSON.stringify([receivedAt, contentHash, callId]);

const rank = (end: CallEnd) => `${end.isHint ? '0' : '1'}${ageOf(end)}`;

const byTime = (a: CallEnd, b: CallEnd) => (a.at + ageOf(a) < b.at + ageOf(b) ? -1 : 1);

/** One outcome per call, never per leg (R4): answered if any leg was. `later` is the record of a later leg. */
function addUp(earlier: CallEnd, later: CallEnd): CallEnd {
  const answered = [later, earlier].find(isTalkOf);
  const base = answered ?? earlier;
  return {
    ...base,
    ...partiesOf(earlier, later),
    at: later.at,
    waitSec: earlier.waitSec ?? later.waitSec,
    talkSec: isTalkUnmeasured(earlier, later) ? null : sum(earlier.talkSec, later.talkSec),
    totalSec: isTalkOf(earlier) === isTalkOf(later) ? sum(earlier.totalSec, later.totalSec) : base.totalSec,
    talkers: toldBy(earlier) || toldBy(later) ? [...talkersIn(earlier), ...talkersIn(later)] : null,
    firstTalker: firstIn(earlier) ?? (toldBy(earlier) ? null : firstIn(later)),
    ...lastOfBoth(earlier, later),
    receivedAt: earlier.receivedAt > later.receivedAt ? earlier.receivedAt : later.receivedAt,
  };
}

/** A leg that nobody took rang while the call went on elsewhere: its time is not the call's. */
export const isTalkOf = ({ outcome, talkSec }: CallEnd): boolean => outcome === 'answered' && talkSec !== 0;

/** The record that ends last tells who was last, unless both name their own: then its end is but an order. */
function lastOfBoth(earlier: CallEnd, later: CallEnd): Pick<CallEnd, 'lastTalker' | 'lastInOrder'> {
  const [told, other] = [lastIn(later), lastIn(earlier)];
  if (told === null && !toldBy(later)) return { lastTalker: other, lastInOrder: earlier.lastInOrder ?? null };
  if (other === null && !toldBy(earlier)) return { lastTalker: told, lastInOrder: later.lastInOrder ?? null };
  if (told !== null && other !== null && isSamePerson(told, other)) return { lastTalker: told, lastInOrder: null };
  const employee = told ?? later.lastInOrder?.employee;
  return { lastTalker: null, lastInOrder: employee ? { employee, since: null } : null };
}

const partiesOf = (first: CallEnd, other: CallEnd): Pick<CallEnd, 'client' | 'direction' | 'virtualNumber'> => ({
  client: first.client.kind === 'e164' ? first.client : other.client,
  direction: first.direction === 'unknown' ? other.direction : first.direction,
  virtualNumber: first.virtualNumber ?? other.virtualNumber,
});

/** An answered leg whose talk nobody measured, beside legs without any: unknown is not 0 s (R4, R9). */
const isTalkUnmeasured = (a: CallEnd, b: CallEnd) =>
  [a, b].some((end) => end.outcome === 'answered' && end.talkSec === null) && !a.talkSec && !b.talkSec;

const sum = (a: number | null, b: number | null) => (a === null && b === null ? null : (a ?? 0) + (b ?? 0));

const toldBy = (end: CallEnd) => talkersIn(end).length > 0;

function talkersIn({ talkers, outcome, talkSec, employee }: CallEnd): readonly (CallEmployee | null)[] {
  if (talkers) return talkers;
  return outcome === 'answered' && talkSec !== 0 && employee ? [employee] : [];
}

const firstIn = (end: CallEnd) => end.firstTalker ?? onlyOf(talkersIn(end));
const lastIn = (end: CallEnd) => end.lastTalker ?? onlyOf(talkersIn(end));
