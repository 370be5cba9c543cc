import type {
  CallClient,
  CallDirection,
  CallEmployee,
  CallEvent,
  CallOutcome,
  CallOutcomeDetail,
  CallRecord,
} from '@perezvon/contracts';

/**
 * What is known about one call: a commutative merge of its events (reference/pbx-events.md §4.7, §4.11). Any order, any
 * repetition of the same events gives the same facts; state only grows.
 */
export interface CallFacts {
  readonly accountId: string;
  /** PBX kind and cabinet, whose settle delay counts (rules.md R3). */
  readonly source: Pick<CallEvent, 'source'> & { readonly instance: string | null };
  readonly direction: CallDirection;
  /** The best number any event carried: E.164 over short over hidden. */
  readonly client: CallClient;
  readonly virtualNumber: string | null;
  /** Start of the call by the PBX's clock where it gave one; ISO 8601 UTC. */
  readonly startedAt: string;
  /** Conversations with the client, in the order in which they began. */
  readonly talks: readonly Talk[];
  /** Employees who rang the client or were rung, first first. */
  readonly rung: readonly Talk[];
  /** The end that counts: the newest authoritative one of `ends`, else the newest hint. */
  readonly ended: CallEnd | null;
  /** One per distinct content, each with the time it was first received: corrections are kept apart from duplicates. */
  readonly ends: readonly CallEnd[];
  readonly records: readonly CallRecord[];
  /** `event_id` → every `content_hash` it came with: where duplicates end (§4.3). */
  readonly seen: Readonly<Record<string, readonly string[]>>;
}

export interface Talk {
  /** Null: the call was forwarded to an outside number. */
  readonly employee: CallEmployee | null;
  readonly at: string;
  readonly eventId: string;
}

export interface CallEnd {
  readonly at: string;
  readonly outcome: CallOutcome | null;
  readonly detail: CallOutcomeDetail | null;
  readonly waitSec: number | null;
  readonly talkSec: number | null;
  readonly totalSec: number | null;
  readonly employee: CallEmployee | null;
  readonly talkers: readonly (CallEmployee | null)[] | null;
  readonly receivedAt: string;
  readonly contentHash: string;
  /** «Потерянный звонок» and its like: believed only if no authoritative end comes within the settle delay (R3, R4). */
  readonly isHint: boolean;
}

export type Arrival = 'new' | 'duplicate' | 'correction';

/** Tells a fact from its repetition and from its correction, by the ids of §4.3. */
export function arrivalOf(facts: CallFacts | null, event: CallEvent): Arrival {
  const hashes = facts?.seen[event.event_id];
  if (hashes === undefined) return 'new';
  return hashes.includes(event.content_hash) ? 'duplicate' : 'correction';
}

/** Merges one event into the facts; a duplicate may still add what an earlier delivery left out. */
export function evolve(facts: CallFacts | null, event: CallEvent): CallFacts {
  const before = facts ?? emptyFacts(event);
  const ends = event.type === 'call.ended' ? withEnd(before.ends, endOf(event)) : before.ends;
  return {
    ...before,
    direction: moreTelling(before.direction, event.direction),
    client: betterClient(before.client, event.client),
    virtualNumber: minText(before.virtualNumber, event.virtual_number?.e164 ?? null),
    startedAt: minText(before.startedAt, startOf(event)) ?? before.startedAt,
    talks: event.type === 'leg.answered' ? withTalk(before.talks, event) : before.talks,
    rung: event.type === 'leg.ringing' ? withTalk(before.rung, event) : before.rung,
    ends,
    ended: newest(ends),
    records: event.record ? withRecord(before.records, event.record) : before.records,
    seen: { ...before.seen, [event.event_id]: withHash(before.seen[event.event_id], event.content_hash) },
  };
}

function emptyFacts(event: CallEvent): CallFacts {
  return {
    accountId: event.account_id,
    source: { source: event.source, instance: event.source_instance ?? null },
    direction: 'unknown',
    client: { raw: null, e164: null, kind: 'hidden' },
    virtualNumber: null,
    startedAt: startOf(event),
    talks: [],
    rung: [],
    ended: null,
    ends: [],
    records: [],
    seen: {},
  };
}

/** When the event says the call began: an end record looks back over the whole call (durations are the PBX's own). */
function startOf(event: CallEvent): string {
  const at = timeOf(event);
  if (event.type !== 'call.ended' || event.total_sec == null) return at;
  return new Date(Date.parse(at) - event.total_sec * 1000).toISOString();
}

const timeOf = (event: CallEvent) => event.occurred_at ?? event.received_at;

const directionRank: Record<CallDirection, number> = { unknown: 0, out: 1, in: 2, internal: 3 };

/** `unknown` yields to anything; a contradiction is settled the same way in every order. */
function moreTelling(a: CallDirection, b: CallDirection): CallDirection {
  return directionRank[a] >= directionRank[b] ? a : b;
}

const clientRank: Record<CallClient['kind'], number> = { hidden: 0, invalid: 1, short: 2, e164: 3 };

function betterClient(a: CallClient, b: CallClient): CallClient {
  if (clientRank[a.kind] !== clientRank[b.kind]) return clientRank[a.kind] > clientRank[b.kind] ? a : b;
  return (a.e164 ?? a.raw ?? '') <= (b.e164 ?? b.raw ?? '') && (a.raw !== null || b.raw === null) ? a : b;
}

/** The smaller of two texts, null yielding: the same choice in every order. */
function minText(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}

function withTalk(talks: readonly Talk[], event: CallEvent): readonly Talk[] {
  const talk: Talk = { employee: event.employee ?? null, at: timeOf(event), eventId: event.event_id };
  const earlier = talks.find((t) => t.eventId === talk.eventId);
  const kept = talks.filter((t) => t.eventId !== talk.eventId);
  return [...kept, earlier && earlier.at <= talk.at ? earlier : talk].sort(byTime);
}

const byTime = (a: Talk, b: Talk) => (a.at + a.eventId < b.at + b.eventId ? -1 : 1);

function endOf(event: CallEvent): CallEnd {
  const talked = event.participants?.filter((p) => p.talked === true || (p.talk_sec ?? 0) > 0);
  return {
    at: timeOf(event),
    outcome: event.outcome ?? null,
    detail: event.outcome_detail ?? null,
    waitSec: event.wait_sec ?? null,
    talkSec: event.talk_sec ?? null,
    totalSec: event.total_sec ?? null,
    employee: event.employee ?? null,
    talkers: talked && talked.length > 0 ? talked.map((p) => p.employee) : null,
    receivedAt: event.received_at,
    contentHash: event.content_hash,
    isHint: event.outcome_detail === 'inferred' && event.outcome !== 'answered',
  };
}

/** A redelivered end is the end it was, however late it comes: it never overrules a correction received in between. */
function withEnd(ends: readonly CallEnd[], end: CallEnd): readonly CallEnd[] {
  const same = ends.find((e) => e.contentHash === end.contentHash);
  if (!same) return [...ends, end];
  const merged = same.receivedAt <= end.receivedAt ? fillGaps(same, end) : fillGaps(end, same);
  return ends.map((e) => (e === same ? merged : e));
}

/**
 * The authoritative record wins over any hint, also over one that arrives later (R4). Among equals the content that was
 * first received last corrects the others; equal times are settled by the hash.
 */
function newest(ends: readonly CallEnd[]): CallEnd | null {
  const order = (e: CallEnd) => `${e.isHint ? '0' : '1'}${e.receivedAt}${e.contentHash}`;
  return ends.reduce<CallEnd | null>((a, b) => (a !== null && order(a) > order(b) ? a : b), null);
}

/** A repetition of the same end may carry what the first lacked, such as participants from a pulled report (§4.3). */
function fillGaps(first: CallEnd, repeat: CallEnd): CallEnd {
  return {
    ...first,
    waitSec: first.waitSec ?? repeat.waitSec,
    talkSec: first.talkSec ?? repeat.talkSec,
    totalSec: first.totalSec ?? repeat.totalSec,
    employee: first.employee ?? repeat.employee,
    talkers: first.talkers ?? repeat.talkers,
  };
}

function withHash(hashes: readonly string[] = [], hash: string): readonly string[] {
  return hashes.includes(hash) ? hashes : [...hashes, hash].sort();
}

function withRecord(records: readonly CallRecord[], record: CallRecord): readonly CallRecord[] {
  const same = (r: CallRecord) => pathOf(r.url) === pathOf(record.url);
  if (records.some(same)) return records;
  return [...records, record].sort((a, b) => (pathOf(a.url) < pathOf(b.url) ? -1 : 1));
}

/** A changed signature of the same path is the same recording (rules.md R9). */
const pathOf = (url: string) => url.split(/[?#]/, 1)[0] ?? url;
