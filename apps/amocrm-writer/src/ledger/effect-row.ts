import { effectCommandSchema, type CrmResult, type EffectCommand, type Reason } from '@perezvon/contracts';
import type { NoteFields, Place } from '@perezvon/calls';
import type { EffectState } from './effect-state.js';

/** What the last request for an effect was: where its look goes, and which note a later revision updates. */
export type Sent =
  | { readonly kind: 'contact'; readonly highWater: number; readonly revision: number }
  | { readonly kind: 'lead'; readonly highWater: number; readonly revision: number }
  | {
      readonly kind: 'unsorted';
      readonly category: 'sip' | 'forms';
      readonly leadHighWater: number;
      readonly revision: number;
    }
  | {
      readonly kind: 'note';
      readonly highWater: number;
      readonly on: Place;
      readonly type: NoteFields['type'];
      readonly revision: number;
    }
  | {
      readonly kind: 'task';
      readonly highWater: number;
      /** What it is known by (design.md, Markers and looks): nothing else of a task is ours alone. */
      readonly on: Place | null;
      readonly text: string;
      readonly taskTypeId: number | null;
      /** ISO 8601 UTC, as it was sent. */
      readonly completeTill: string;
      readonly revision: number;
    }
  | {
      readonly kind: 'note_update';
      readonly noteId: number;
      readonly on: Place;
      readonly note: NoteFields;
      readonly revision: number;
    };

export type Entities = CrmResult['entities'];

/** One effect of a call, as the ledger holds it. */
export interface EffectRow {
  /** Place in the order of arrival; bigint as text. */
  readonly seq: string;
  readonly lane: string;
  readonly command: EffectCommand;
  readonly state: EffectState;
  /** amoCRM's own words for the last refusal. */
  readonly detail: string | null;
  /** Requests sent for it, looks not counted. */
  readonly attempts: number;
  readonly marker: string;
  readonly sent: Sent | null;
  /** In how large a company it may go: less after a batch was refused without a word about whom. */
  readonly batchMax: number;
  readonly isRefreshed: boolean;
  readonly entities: Entities;
  readonly amocrmId: number | null;
  readonly existed: boolean;
  readonly ruleIds: readonly string[];
  /** What the rules said at the moment of writing. */
  readonly reasons: readonly Reason[];
  readonly reported: string | null;
  /** The older call that this one turned out to be (R15). */
  readonly cancelledFor: string | null;
}

/** One that may be sent now. */
export interface ReadyEffect extends EffectRow {
  /** People wait for its call, or such a call waits for it; else it is a backlog's. */
  readonly isUrgent: boolean;
}

/** Columns of {@link EffectRow} as `effectColumns` selects them; times in Unix milliseconds. */
export interface StoredEffect {
  seq: string;
  lane: string | null;
  command: unknown;
  state: EffectState['is'];
  reason: string | null;
  detail: string | null;
  next_at: number;
  attempts: number;
  epoch: number | null;
  sent_at: number | null;
  settled_from: number | null;
  looks: number;
  marker: string;
  sent: Sent | null;
  batch_max: number;
  is_refreshed: boolean;
  entities: Entities;
  amocrm_id: number | null;
  existed: boolean;
  rule_ids: string[];
  reasons: Reason[];
  reported: string | null;
  cancelled_for: string | null;
}

export const effectColumns = `
  e.seq::text, e.lane, e.command, e.state, e.reason, e.detail,
  (extract(epoch from e.next_at) * 1000)::float8 as next_at,
  e.attempts, e.epoch::float8,
  (extract(epoch from e.sent_at) * 1000)::float8 as sent_at,
  (extract(epoch from e.settled_from) * 1000)::float8 as settled_from,
  e.looks, e.marker, e.sent, e.batch_max, e.is_refreshed, e.entities, e.amocrm_id::float8, e.existed, e.rule_ids, e.reasons,
  e.reported, e.cancelled_for`;

export function effectOf(stored: StoredEffect): EffectRow {
  return {
    seq: stored.seq,
    lane: stored.lane ?? '',
    command: effectCommandSchema.parse(stored.command),
    state: stateOf(stored),
    detail: stored.detail,
    attempts: stored.attempts,
    marker: stored.marker,
    sent: stored.sent,
    batchMax: stored.batch_max,
    isRefreshed: stored.is_refreshed,
    entities: stored.entities,
    amocrmId: stored.amocrm_id,
    existed: stored.existed,
    ruleIds: stored.rule_ids,
    reasons: stored.reasons,
    reported: stored.reported,
    cancelledFor: stored.cancelled_for,
  };
}

function stateOf(stored: StoredEffect): EffectState {
  const { reason, looks } = stored;
  const sending = () => ({ epoch: present(stored.epoch, stored), sentAt: present(stored.sent_at, stored) });
  switch (stored.state) {
    case 'waiting':
      return { is: 'waiting', notBefore: stored.next_at, reason };
    case 'sending':
      return { is: 'sending', ...sending() };
    case 'in_doubt':
      return {
        is: 'in_doubt',
        ...sending(),
        settledFrom: present(stored.settled_from, stored),
        lookAt: stored.next_at,
        looks,
        reason: reason ?? '',
      };
    case 'done':
      return { is: 'done', reason };
    case 'parked': {
      const doubt = stored.settled_from === null ? null : { ...sending(), settledFrom: stored.settled_from };
      return { is: 'parked', reason: reason ?? '', doubt };
    }
    case 'skipped':
    case 'discarded':
      return { is: stored.state, reason: reason ?? '' };
  }
}

/** The state's own columns; what a state does not have is null, so that no leftover is ever read as a fact. */
export function columnsOf(state: EffectState): {
  state: EffectState['is'];
  reason: string | null;
  nextAt: number | null;
  epoch: number | null;
  sentAt: number | null;
  settledFrom: number | null;
  looks: number;
} {
  const none = { reason: null, nextAt: null, epoch: null, sentAt: null, settledFrom: null, looks: 0 };
  switch (state.is) {
    case 'waiting':
      return { ...none, state: state.is, reason: state.reason, nextAt: state.notBefore };
    case 'sending':
      return { ...none, state: state.is, epoch: state.epoch, sentAt: state.sentAt };
    case 'in_doubt':
      return { ...none, ...state, state: state.is, nextAt: state.lookAt };
    case 'parked':
      return { ...none, ...state.doubt, state: state.is, reason: state.reason };
    case 'done':
    case 'skipped':
    case 'discarded':
      return { ...none, state: state.is, reason: state.reason };
  }
}

function present(value: number | null, { seq, state }: StoredEffect): number {
  if (value === null) throw new Error(`effect ${seq} is ${state} without a time or an epoch`);
  return value;
}
