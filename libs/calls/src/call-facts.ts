import type { CallClient, CallDirection, CallEmployee, CallEvent } from '@perezvon/contracts';
import { linkedIdsOf } from './call-ties.js';
import { fuller, smaller, union } from './choice.js';
import { endOf, endThatCounts, joinEnds, type CallEnd } from './ends.js';
import { joinLegs, legOf, type Leg } from './legs.js';
import { betterClient, clientIn, moreTelling, type ToldClient } from './parties.js';
import { joinRecords, recordOf, type Recording } from './recordings.js';
import { earlierStart, startOf, timeOf, type Start } from './start.js';

/**
 * What is known about one call (reference/pbx-events.md §4.7, §4.11). Facts only grow, and two sets of facts about one
 * call {@link join} into one: commutative, associative and idempotent, so any order, any repetition and any loss of
 * deliveries that leaves the same facts gives the same state. Size is bounded by the call's legs and recordings, not by
 * the number of its events.
 */
export interface CallFacts {
  readonly accountId: string;
  /** PBX kind and cabinet, whose delays count (rules.md R3). */
  readonly source: Pick<CallEvent, 'source'> & { readonly instance: string | null };
  /** The authoritative record's, else what the events agreed on. */
  readonly direction: CallDirection;
  readonly client: CallClient;
  readonly virtualNumber: string | null;
  /** Start of the call by the PBX's clock where it gave one; ISO 8601 UTC. */
  readonly startedAt: string;
  /** The end that counts; null while none was heard of. */
  readonly ended: CallEnd | null;
  /** Who placed an outgoing call. */
  readonly caller: CallEmployee | null;
  readonly legs: readonly Leg[];
  /** Employees to whom the conversation was moved. */
  readonly transferredTo: readonly CallEmployee[];
  /** Ids of legs whose own end record a transfer announced (R3). */
  readonly secondIds: readonly string[];
  /** One per id and content: a correction is kept apart from a repetition. */
  readonly ends: readonly CallEnd[];
  readonly recordings: readonly Recording[];
  /** Nothing but recordings was heard of it: nobody has said that there was a call. Absent in older rows. */
  readonly isOnlyRecorded?: boolean;
  /** A PBX placed it by itself, back to who was lost or by a campaign (§4.6). Absent in older rows. */
  readonly isCallBack?: boolean;
  /** Data-quality remarks of call-ingest. */
  readonly warnings: readonly string[];
  /** Latest time that any event told; what an inferred end takes as its time (R4). */
  readonly lastAt: string;
  /** The latest event of the call itself, neither its end nor a recording: both come as late as they like. Absent in older rows. */
  readonly lastLive?: LiveEvent | null;
  /** By our own clock. */
  readonly firstReceivedAt: string;
  readonly lastReceivedAt: string;
  /** What events short of an end said, before the ends are asked. */
  readonly heard: Pick<CallFacts, 'direction' | 'virtualNumber'> & {
    readonly client: ToldClient;
    readonly start: Start;
  };
}

/** Both latest, though not of one event. */
interface LiveEvent {
  readonly at: string;
  readonly receivedAt: string;
}

/** Merges one event into the facts. */
export function evolve(facts: CallFacts | null, event: CallEvent): CallFacts {
  return conclude(gather(facts, event));
}

/** The same with all that a batch brings of one call: only what the last one leaves is concluded from. */
export function evolveAll(facts: CallFacts | null, events: readonly CallEvent[]): CallFacts | null {
  const all = events.reduce<GatheredFacts | null>(gather, facts);
  return all && conclude(all);
}

/** Two sets of facts about one call, of one account and PBX cabinet: an event and what was known, or two ids that prove to be one call (R15). */
export function join(a: CallFacts, b: CallFacts): CallFacts {
  return conclude(joinGathered(a, b));
}

/** The part of the facts that joins: what events said, before anything is concluded from all of it. */
type GatheredFacts = Omit<CallFacts, keyof Conclusions>;

const conclude = (all: GatheredFacts): CallFacts => ({ ...all, ...conclusions(all) });

const gather = (known: GatheredFacts | null, event: CallEvent): GatheredFacts =>
  known === null ? gatheredFrom(event) : joinGathered(known, gatheredFrom(event));

function joinGathered(a: GatheredFacts, b: GatheredFacts): GatheredFacts {
  return {
    accountId: a.accountId,
    source: a.source,
    caller: fuller(a.caller, b.caller),
    legs: joinLegs(a.legs, b.legs),
    transferredTo: union(a.transferredTo, b.transferredTo).slice(0, MAX_TRANSFERS),
    secondIds: union(a.secondIds, b.secondIds).slice(0, MAX_TRANSFERS),
    ends: joinEnds(a.ends, b.ends),
    recordings: joinRecords(a.recordings, b.recordings),
    isOnlyRecorded: (a.isOnlyRecorded ?? false) && (b.isOnlyRecorded ?? false),
    isCallBack: (a.isCallBack ?? false) || (b.isCallBack ?? false),
    warnings: union(a.warnings, b.warnings).slice(0, MAX_WARNINGS),
    lastAt: a.lastAt > b.lastAt ? a.lastAt : b.lastAt,
    lastLive: laterOf(a.lastLive ?? null, b.lastLive ?? null),
    firstReceivedAt: a.firstReceivedAt < b.firstReceivedAt ? a.firstReceivedAt : b.firstReceivedAt,
    lastReceivedAt: a.lastReceivedAt > b.lastReceivedAt ? a.lastReceivedAt : b.lastReceivedAt,
    heard: {
      direction: moreTelling(a.heard.direction, b.heard.direction),
      client: betterClient(a.heard.client, b.heard.client),
      virtualNumber: smaller(a.heard.virtualNumber, b.heard.virtualNumber),
      start: earlierStart(a.heard.start, b.heard.start),
    },
  };
}

const laterOf = (a: LiveEvent | null, b: LiveEvent | null): LiveEvent | null =>
  a && b
    ? { at: a.at > b.at ? a.at : b.at, receivedAt: a.receivedAt > b.receivedAt ? a.receivedAt : b.receivedAt }
    : (a ?? b);

const MAX_WARNINGS = 20;

const CALL_BACK = /^(auto_back_call_by_lost_call|auto_out_calls)$/i;

/** More often no conversation is moved; beyond it the call is garbage. The same ones whatever the order of arrival. */
const MAX_TRANSFERS = 100;

function gatheredFrom(event: CallEvent): GatheredFacts {
  const leg = legOf(event);
  return {
    accountId: event.account_id,
    source: { source: event.source, instance: event.source_instance ?? null },
    caller: event.type === 'call.started' && event.direction === 'out' ? (event.employee ?? null) : null,
    legs: leg ? [leg] : [],
    transferredTo: event.type === 'call.transferred' && event.to_employee ? [event.to_employee] : [],
    secondIds: event.type === 'call.transferred' ? linkedIdsOf(event) : [],
    ends: event.type === 'call.ended' ? [endOf(event)] : [],
    recordings: event.record ? [recordOf(event.record, event.received_at)] : [],
    isOnlyRecorded: event.type === 'call.record_ready',
    isCallBack: CALL_BACK.test(event.call_source ?? ''),
    warnings: [...(event.warnings ?? [])].sort(),
    lastAt: timeOf(event),
    lastLive: isLive(event) ? { at: timeOf(event), receivedAt: event.received_at } : null,
    firstReceivedAt: event.received_at,
    lastReceivedAt: event.received_at,
    heard: {
      direction: event.direction,
      client: { ...event.client, by: event.direction },
      virtualNumber: event.virtual_number?.e164 ?? null,
      start: startOf(event),
    },
  };
}

const isLive = ({ type }: CallEvent) => type !== 'call.ended' && type !== 'call.record_ready';

type Conclusions = Pick<CallFacts, 'direction' | 'client' | 'virtualNumber' | 'startedAt' | 'ended'>;

/** R4: the authoritative record wins over what earlier events said, also for a number that was hidden at first. */
function conclusions({ heard, ends, secondIds }: GatheredFacts): Conclusions {
  const ended = endThatCounts(ends, { heard, secondIds });
  const record = ended?.isHint === false ? ended : null;
  return {
    ended,
    direction: record && record.direction !== 'unknown' ? record.direction : heard.direction,
    client: record?.client.kind === 'e164' ? record.client : clientIn(heard.client),
    virtualNumber: record?.virtualNumber ?? heard.virtualNumber,
    startedAt: heard.start.at,
  };
}
