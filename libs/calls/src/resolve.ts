import type { EffectCommand, EffectName, Portal } from '@perezvon/contracts';

/** The client's card as amoCRM shows it at the moment of writing. */
export interface CardNow {
  readonly type: 'contact' | 'company';
  readonly id: number;
  readonly responsibleUserId: number | null;
  /** Not deleted, not 142/143, not an unaccepted unsorted lead; all pipelines (rules.md R2, Active deal). */
  readonly activeDeals: readonly DealNow[];
}

export interface DealNow {
  readonly id: number;
  readonly pipelineId: number;
}

/** What else is true at the moment of writing. */
export interface Now {
  /** Null = nobody in the portal has the phone (verified), or the call has no phone. */
  readonly card: CardNow | null;
  readonly portal: Pick<Portal, 'pipelines' | 'users'>;
  /** Effects of the same call that have been settled, with what they made. */
  readonly settled: readonly SettledEffect[];
  /** The call note this call already has, if any (R9: one POST ever, then PATCHes). */
  readonly note: { readonly id: number; readonly on: Place } | null;
}

export interface SettledEffect {
  readonly effect: EffectName;
  readonly state: 'done' | 'skipped' | 'parked' | 'discarded';
}

export interface Place {
  readonly type: 'contact' | 'company' | 'lead';
  readonly id: number;
}

/** What to do in amoCRM now for one effect, with the rules that say so. */
export type Resolution =
  | {
      readonly kind: 'create_contact';
      readonly name: string;
      readonly phone: string;
      readonly responsibleUserId: number | null;
      readonly tags: readonly string[];
      readonly ruleIds: readonly string[];
    }
  | {
      readonly kind: 'create_lead';
      readonly name: string;
      readonly pipelineId: number;
      readonly statusId: number;
      readonly responsibleUserId: number | null;
      readonly tags: readonly string[];
      readonly on: { readonly type: 'contact' | 'company'; readonly id: number };
      readonly ruleIds: readonly string[];
    }
  | {
      readonly kind: 'create_unsorted';
      /** amoCRM takes `sip` for incoming calls only; `forms` for outgoing (R2). */
      readonly category: 'sip' | 'forms';
      readonly pipelineId: number;
      readonly leadName: string;
      readonly contactName: string;
      readonly phone: string | null;
      readonly calledAt: string;
      readonly durationSec: number;
      readonly recordUrl: string | null;
      readonly responsibleUserId: number | null;
      readonly tags: readonly string[];
      readonly ruleIds: readonly string[];
    }
  | { readonly kind: 'create_note'; readonly on: Place; readonly note: NoteFields; readonly ruleIds: readonly string[] }
  | {
      readonly kind: 'update_note';
      readonly noteId: number;
      readonly on: Place;
      readonly note: NoteFields;
      readonly ruleIds: readonly string[];
    }
  /** What was wanted already stands there: done without a write. */
  | { readonly kind: 'exists'; readonly place: Place; readonly ruleIds: readonly string[] }
  /** A rule says that nothing is to be done any more. */
  | { readonly kind: 'skip'; readonly reason: string; readonly ruleIds: readonly string[] };

export interface NoteFields {
  readonly type: 'call_in' | 'call_out';
  readonly phone: string;
  readonly uniq: string;
  readonly durationSec: number;
  readonly callStatus: number;
  readonly callResult: string | null;
  readonly recordUrl: string | null;
  /** Null = left out: the default responsible is deactivated (R6). */
  readonly responsibleUserId: number | null;
  /** The call's start (R9). */
  readonly createdAt: string;
}

export type Resolve = (command: EffectCommand, now: Now) => Resolution;
