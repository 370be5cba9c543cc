import type { CallState, ClientLookup, EffectName, Intent } from '@perezvon/contracts';

/**
 * How far one call has come, beside its facts. It only moves forward:
 *
 *     following ──client must be asked──▶ awaiting_client ──answer──▶ following ──end decided──▶ decided
 *         ├── portal's lane not known ──▶ awaiting_portal ──known──▶ following
 *         ├── integration off (R11) ──▶ ignored, for ever
 *         └── its id proved to be an older call's (R15) ──▶ joined, for ever
 *
 * A `decided` call still takes what comes late (R9, R15).
 */
export interface CallProgress {
  readonly state: 'following' | 'awaiting_client' | 'awaiting_portal' | 'decided' | 'ignored' | 'joined';
  /** R3: known/unknown, frozen once. */
  readonly clientKnown: boolean | null;
  /** What it was frozen as for each number that the client has been taken for, the latest last. Absent in older rows and before. */
  readonly frozen?: readonly FrozenClient[];
  /** What was promised to the writer so far: one entry per effect, for ever (R3, R17). */
  readonly promised: Readonly<Partial<Record<EffectName, Promised>>>;
  /** What the end, or the first creation, was decided as; once answered, always answered (R15). */
  readonly decidedAs: 'answered' | 'missed' | null;
  /** The same of the end alone: an answer that created something decides no task (R6). Absent in older rows. */
  readonly endedAs?: 'answered' | 'missed' | null;
  /** The number that amoCRM was last asked about (R5). Absent in older rows and before the first question. */
  readonly askedPhone?: string;
  readonly decisions: number;
  /** The journal has had its decision of the end: what comes now is late. */
  readonly endDecided: boolean;
  readonly wakeAt: string | null;
  /** The newest event, and when it reached us (R3, R4: settling and silence count from here). */
  readonly heard: { readonly eventId: string; readonly at: string } | null;
  /** What the next decision still has to tell: who the client is (R5), which calls joined this one (R15). */
  readonly untold: { readonly lookup: ClientLookup | null; readonly joined: readonly JoinedCall[] };
  /** The wait that was last made visible; null = none (R11). */
  readonly shown: { readonly state: CallState; readonly until: string | null } | null;
}

export interface FrozenClient {
  readonly phone: string;
  readonly known: boolean;
}

export interface Promised {
  readonly revision: number;
  readonly intent: Intent;
}

/** R15: a younger id of the same call, with what it had been promised by then. */
export interface JoinedCall {
  readonly callId: string;
  readonly pbxCallId: string;
  readonly effects: readonly EffectName[];
}

export const newProgress: CallProgress = {
  state: 'following',
  clientKnown: null,
  promised: {},
  decidedAs: null,
  decisions: 0,
  endDecided: false,
  wakeAt: null,
  heard: null,
  untold: { lookup: null, joined: [] },
  shown: null,
};
