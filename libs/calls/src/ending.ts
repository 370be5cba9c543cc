import type { PbxSource } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import { isOwnRecord, isTalkOf, type CallEnd } from './ends.js';
import { isTalking } from './legs.js';

/** R3, R4: does the call count as ended, or what is waited for? */
export interface Ending {
  /** The end to decide by: the PBX's, or one inferred from silence; null = the call goes on, or its end has to settle. */
  readonly ended: CallEnd | null;
  readonly inferred: 'from_silence' | 'talk_without_end' | 'never_heard' | null;
  readonly wait: Wait | null;
  /** Look again then, even if no event comes. */
  readonly wakeAt: string | null;
}

/** A wait that an operator sees (R11). */
export interface Wait {
  readonly for: 'record' | 'report' | 'recording';
  readonly until: string;
}

/** What the ending looks at beside the call. Times are ISO 8601 UTC by our own clock. */
export interface Moment {
  readonly now: string;
  /**
   * When the newest event reached us. Silence and settling count from here and not from the events' own times, so that
   * a service that was down and reads a backlog does not take its own silence for the PBX's.
   */
  readonly heardAt: string;
  /** What the end alone was decided as; null = no end was decided yet (R15). */
  readonly endedAs: 'answered' | 'missed' | null;
}

type Delays = Pick<PbxSource, 'settleDelaySec' | 'ringLimitSec' | 'pull'>;

export const DEFAULT_DELAYS: Delays = { settleDelaySec: 20, ringLimitSec: 120 };

/** The source's own delays, as the call's settings hold them. */
export function delaysOf({ source }: CallFacts, sources: readonly PbxSource[]): Delays {
  return sources.find((s) => s.kind === source.source && s.instance === source.instance) ?? DEFAULT_DELAYS;
}

export function endingOf(facts: CallFacts, delays: Delays, moment: Moment): Ending {
  const { ended } = facts;
  if (ended === null) return withoutEnd(facts, delays, moment);
  // An authoritative record is decided at once; a hint, or one leg's record, may be overruled or completed (R3).
  if (!ended.isHint && !isRecordOwed(facts)) return { ended, inferred: null, wait: null, wakeAt: null };
  if (moment.endedAs === null && isUntakenLeg(ended, facts) && facts.legs.some(isTalking))
    return withoutEnd(facts, delays, moment);
  const until = later(moment.heardAt, delays.settleDelaySec);
  return moment.now < until ? waiting({ for: 'record', until }) : { ended, inferred: null, wait: null, wakeAt: null };
}

/** A transfer announced a leg with a record of its own, and that one or the call's has not come (§4.12, 12). */
function isRecordOwed(facts: CallFacts): boolean {
  const { secondIds, ends } = facts;
  if (secondIds.length === 0) return false;
  const isThere = (id: string): boolean => ends.some((end) => end.callId === id && !end.isHint);
  return !secondIds.every(isThere) || !ends.some((end) => isOwnRecord(end, facts));
}

/**
 * The record of a leg that nobody took is not the end of the call while somebody talks: the client is with who had asked
 * (§4.6). Where the leg was a talk, who talked before it has given the client away. Nothing reopens a call that was over.
 */
const isUntakenLeg = (ended: CallEnd, facts: CallFacts): boolean =>
  !ended.isHint && !isTalkOf(ended) && !facts.ends.some((end) => isOwnRecord(end, facts));

/**
 * R4, no end arrives. A call nobody talks on is over after the silence: its record is pulled if the source can, else the
 * end is inferred and given the settle delay. A talking call is left alone for 24 h: hours are legal (§4.7).
 */
function withoutEnd(facts: CallFacts, delays: Delays, { now, heardAt }: Moment): Ending {
  if (facts.isOnlyRecorded) {
    // A recording says neither who was missed nor who answered: the call's own events are waited for as long as a talk.
    const until = later(facts.firstReceivedAt, LONGEST_TALK_SEC);
    return now < until ? waiting({ for: 'record', until }) : inferredEnd(facts, 'never_heard');
  }
  if (facts.legs.some(isTalking)) {
    const until = later(facts.firstReceivedAt, LONGEST_TALK_SEC);
    return now < until ? goesOn(until) : inferredEnd(facts, 'talk_without_end');
  }
  const silentAt = later(heardAt, Math.max(delays.ringLimitSec, SILENCE_SEC));
  if (now < silentAt) return goesOn(silentAt);
  const askedUntil = delays.pull?.enabled ? later(silentAt, REPORT_WAIT_SEC) : silentAt;
  if (now < askedUntil) return waiting({ for: 'report', until: askedUntil });
  const settled = later(askedUntil, delays.settleDelaySec);
  return now < settled ? waiting({ for: 'record', until: settled }) : inferredEnd(facts, 'from_silence');
}

export const SILENCE_SEC = 15 * 60;
const LONGEST_TALK_SEC = 24 * 60 * 60;
/** Reports are read every hour with an overlap (§4.7, 9): one that has the call has come by then. */
const REPORT_WAIT_SEC = 75 * 60;

const goesOn = (wakeAt: string): Ending => ({ ended: null, inferred: null, wait: null, wakeAt });

const waiting = (wait: Wait): Ending => ({ ended: null, inferred: null, wait, wakeAt: wait.until });

function inferredEnd(facts: CallFacts, inferred: NonNullable<Ending['inferred']>): Ending {
  const ended: CallEnd = {
    callId: '',
    at: facts.lastAt,
    direction: facts.direction,
    client: facts.client,
    virtualNumber: facts.virtualNumber,
    outcome: null,
    detail: 'inferred',
    waitSec: null,
    talkSec: null,
    totalSec: null,
    employee: null,
    talkers: null,
    receivedAt: facts.lastReceivedAt,
    contentHash: '',
    isHint: true,
  };
  return { ended, inferred, wait: null, wakeAt: null };
}

const later = (instant: string, seconds: number) => new Date(Date.parse(instant) + seconds * 1000).toISOString();
