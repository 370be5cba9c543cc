/**
 * The life of one effect in amoCRM, as pure data and one function. amoCRM has no idempotency keys and an answer can be
 * lost after the write, so this file is what "once" rests on (design.md property 2, rules R17).
 *
 *            nothing to write                         operator
 *   ┌────────────────────────▶ done | skipped      parked ──────▶ discarded
 *   │                                               ▲  │ retried, or a newer wish
 * waiting ──intent committed──▶ sending ──refused───┤  ▼
 *   ▲  ▲                          │ │ │             │ waiting | in_doubt
 *   │  └── definitely not applied─┘ │ └─answered────│───────────▶ done ──newer wish (notes)──▶ waiting
 *   │                               │ no answer, or the holder died                ▲
 *   │                               ▼                                              │
 *   └──not found, after D──────── in_doubt ────────────────found──────────────────┘
 *                                  │  ▲ not found yet, or the look itself failed
 *                                  └──┘
 *
 * Besides, not drawn: a newer wish takes a skipped note to `waiting` again; what can never be sent any more (its portal is
 * gone, 30 days are over) is parked from `waiting` and `in_doubt`, its doubt kept; an operator discards what waits; an answer
 * that comes after all ends a doubt as `done`; the younger of two ids of one call is discarded, or told as doubled (R15).
 *
 * `sending` is committed before a byte leaves. From there only a definite answer leads back to `waiting` directly;
 * everything else passes through `in_doubt`, and a negative look counts only if it was begun when the request must have
 * taken effect and become visible: at or after `settledFrom` = end of the send + D. When the sender is dead its send may
 * have begun until its lease ended, so `settledFrom` = max(intent, lease end) + D.
 */
export type EffectState =
  | { readonly is: 'waiting'; readonly notBefore: number; readonly reason: string | null }
  | { readonly is: 'sending'; readonly epoch: number; readonly sentAt: number }
  | {
      readonly is: 'in_doubt';
      readonly epoch: number;
      readonly sentAt: number;
      /** A look begun earlier proves nothing when it finds nothing. */
      readonly settledFrom: number;
      readonly lookAt: number;
      readonly looks: number;
      readonly reason: string;
    }
  | { readonly is: 'done'; readonly reason: string | null }
  | { readonly is: 'skipped'; readonly reason: string }
  | { readonly is: 'parked'; readonly reason: string; readonly doubt: Doubt | null }
  | { readonly is: 'discarded'; readonly reason: string };

/** What is left open when an effect is parked before its doubt was resolved: a retry begins with a look. */
export interface Doubt {
  readonly epoch: number;
  readonly sentAt: number;
  readonly settledFrom: number;
}

/**
 * The epoch of the request that a failure is about; null = nothing was sent. A zombie that wakes may say so of its own
 * request alone: the one that is on its way now may be its successor's.
 */
export type SentUnder = number | null;

/** What can happen to an effect. Times are Unix milliseconds by Postgres's clock. */
export type Happening =
  /** Committed before the request leaves, under the lane's `epoch`. */
  | { readonly what: 'intent_committed'; readonly at: number; readonly epoch: number }
  /** What was wanted stands there already, without a write of ours. */
  | { readonly what: 'already_there' }
  /** A rule says that nothing is to be done any more. */
  | { readonly what: 'not_wanted'; readonly reason: string }
  /** amoCRM confirmed the write. `newerWanted`: the wish changed while it was on its way. */
  | { readonly what: 'written'; readonly at: number; readonly newerWanted: boolean }
  /** Definitely not applied, and will be refused again. */
  | { readonly what: 'refused'; readonly sentUnder: SentUnder; readonly reason: string }
  /** Definitely not applied; the same write may be sent again, without a look. */
  | {
      readonly what: 'not_applied';
      readonly sentUnder: SentUnder;
      readonly notBefore: number;
      readonly reason: string;
    }
  /** Bytes left and no usable answer came; `at` is when we stopped waiting: nothing leaves us after it. */
  | { readonly what: 'answer_missing'; readonly sentUnder: SentUnder; readonly at: number; readonly reason: string }
  /** Whoever sent it lost the lane, at `leaseEnd`, without recording an outcome. */
  | { readonly what: 'sender_lost'; readonly at: number; readonly leaseEnd: number }
  | { readonly what: 'found'; readonly at: number; readonly several: boolean; readonly newerWanted: boolean }
  | { readonly what: 'not_found'; readonly lookBegunAt: number }
  | { readonly what: 'look_failed'; readonly lookAt: number }
  /** A higher revision of the desired state was stored. */
  | { readonly what: 'revised'; readonly at: number }
  /** Nothing can be sent for it any more: `portal_deleted`, `portal_unknown`, `expired`. */
  | { readonly what: 'given_up'; readonly reason: string }
  | { readonly what: 'retried'; readonly at: number }
  /** The call turned out to be another's younger twin (R15): what was not sent is not wanted any more. */
  | { readonly what: 'cancelled' }
  | { readonly what: 'discarded'; readonly reason: string };

export interface Assumptions {
  /** D of rules R17: a request takes effect and can be listed within this time of leaving us. */
  readonly visibilityDelayMs: number;
}

/** A move that the diagram does not have. Never expected: the row is left as it is and the caller logs it. */
export class IllegalMove extends Error {
  readonly code = 'illegal_move';

  constructor(state: EffectState['is'], what: Happening['what']) {
    super(`an effect that is ${state} cannot have ${what} happen to it`);
    this.name = 'IllegalMove';
  }
}

/** Why an effect of a younger twin is not written, and what is said of one that stands already (R15). */
const joinedOlderCall = 'joined_older_call';
const doubled = 'doubled';

/**
 * As {@link move}, for an effect that was cancelled while its request was on its way or in doubt: once it is known not to
 * stand it is discarded instead of sent, and if it stands it is told as doubled.
 * @throws IllegalMove
 */
export function moveCancelled(state: EffectState, happening: Happening, assumptions: Assumptions): EffectState {
  // Only the older call's note is kept up to date.
  if (happening.what === 'revised') return state;
  const after = move(state, happening, assumptions);
  if (after.is === 'waiting') return { is: 'discarded', reason: joinedOlderCall };
  return after.is === 'done' ? { is: 'done', reason: doubled } : after;
}

/** @throws IllegalMove */
export function move(state: EffectState, happening: Happening, assumptions: Assumptions): EffectState {
  switch (state.is) {
    case 'waiting':
      return moveWaiting(state, happening);
    case 'sending':
      return moveSending(state, happening, assumptions);
    case 'in_doubt':
      return moveInDoubt(state, happening);
    case 'done':
      if (happening.what === 'cancelled') return { is: 'done', reason: doubled };
      return happening.what === 'revised' ? waiting(happening.at, null) : illegal(state, happening);
    case 'parked':
      return moveParked(state, happening);
    case 'skipped':
      if (happening.what === 'cancelled') return state;
      // A rule skipped the note of a call without a card; its later revision finds one perhaps (R9).
      return happening.what === 'revised' ? waiting(happening.at, null) : illegal(state, happening);
    case 'discarded':
      // A person's word stands, whatever arrives later.
      return happening.what === 'revised' || happening.what === 'cancelled' ? state : illegal(state, happening);
  }
}

type In<Is extends EffectState['is']> = Extract<EffectState, { is: Is }>;

function moveWaiting(state: In<'waiting'>, happening: Happening): EffectState {
  switch (happening.what) {
    case 'intent_committed':
      return { is: 'sending', epoch: happening.epoch, sentAt: happening.at };
    case 'already_there':
      return { is: 'done', reason: null };
    case 'not_wanted':
      return { is: 'skipped', reason: happening.reason };
    case 'refused':
    case 'given_up':
      return { is: 'parked', reason: happening.reason, doubt: null };
    case 'not_applied':
      return waiting(happening.notBefore, happening.reason);
    case 'revised':
      return state;
    case 'discarded':
      return { is: 'discarded', reason: happening.reason };
    case 'cancelled':
      return { is: 'discarded', reason: joinedOlderCall };
    default:
      return illegal(state, happening);
  }
}

function moveSending(state: In<'sending'>, happening: Happening, { visibilityDelayMs }: Assumptions): EffectState {
  const { epoch, sentAt } = state;
  const inDoubt = (reason: string, at: number, lastByteAt: number): EffectState => {
    const settledFrom = lastByteAt + visibilityDelayMs;
    return { is: 'in_doubt', epoch, sentAt, settledFrom, lookAt: nextLookAt(0, at, settledFrom), looks: 0, reason };
  };
  if ('sentUnder' in happening && happening.sentUnder !== epoch) return illegal(state, happening);
  switch (happening.what) {
    case 'written':
      return happening.newerWanted ? waiting(happening.at, null) : { is: 'done', reason: null };
    case 'refused':
      return { is: 'parked', reason: happening.reason, doubt: null };
    case 'not_applied':
      return waiting(happening.notBefore, happening.reason);
    case 'answer_missing':
      return inDoubt(happening.reason, happening.at, happening.at);
    case 'sender_lost':
      return inDoubt('sender_lost', happening.at, Math.max(sentAt, happening.leaseEnd));
    case 'revised':
    case 'cancelled':
      return state;
    default:
      return illegal(state, happening);
  }
}

function moveInDoubt(state: In<'in_doubt'>, happening: Happening): EffectState {
  switch (happening.what) {
    case 'found':
      // Several carry the marker: nothing more is to be written, and the lowest id is the one that was made first.
      if (happening.newerWanted) return waiting(happening.at, null);
      return { is: 'done', reason: happening.several ? 'several_found' : null };
    case 'written':
      // The answer came after all, to a holder that lost its lane meanwhile: better than any look.
      return happening.newerWanted ? waiting(happening.at, null) : { is: 'done', reason: null };
    case 'not_found': {
      const looks = state.looks + 1;
      if (happening.lookBegunAt >= state.settledFrom) return waiting(happening.lookBegunAt, 'was_not_applied');
      return { ...state, looks, lookAt: nextLookAt(looks, happening.lookBegunAt, state.settledFrom) };
    }
    case 'look_failed':
      return { ...state, lookAt: happening.lookAt };
    case 'given_up':
      return { is: 'parked', reason: happening.reason, doubt: doubtOf(state) };
    case 'revised':
    case 'cancelled':
      return state;
    default:
      return illegal(state, happening);
  }
}

function moveParked(state: In<'parked'>, happening: Happening): EffectState {
  switch (happening.what) {
    case 'retried':
    case 'revised':
      return state.doubt === null
        ? waiting(happening.at, null)
        : { is: 'in_doubt', ...state.doubt, lookAt: happening.at, looks: 0, reason: state.reason };
    case 'given_up':
      return { ...state, reason: happening.reason };
    case 'cancelled':
      // What may stand in amoCRM is not settled by a word of ours.
      return state.doubt === null ? { is: 'discarded', reason: joinedOlderCall } : state;
    case 'discarded':
      return { is: 'discarded', reason: happening.reason };
    default:
      return illegal(state, happening);
  }
}

/**
 * When to look next: soon, because most doubts are cleared by the first look; then ever later; the last one exactly when
 * a negative answer counts.
 */
function nextLookAt(looks: number, now: number, settledFrom: number): number {
  const pauseMs = firstLookMs * 4 ** looks;
  return now >= settledFrom ? now + pauseMs : Math.min(now + pauseMs, settledFrom);
}

/** A listing lags behind a write by a fraction of a second as a rule (amocrm-api.md §12.1). */
const firstLookMs = 1_000;

const waiting = (notBefore: number, reason: string | null): EffectState => ({ is: 'waiting', notBefore, reason });

const doubtOf = ({ epoch, sentAt, settledFrom }: In<'in_doubt'>): Doubt => ({ epoch, sentAt, settledFrom });

function illegal(state: EffectState, happening: Happening): never {
  throw new IllegalMove(state.is, happening.what);
}
