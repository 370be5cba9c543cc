import type { Portal, Reason } from '@perezvon/contracts';

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
  /** ISO 8601 UTC. */
  readonly at: string;
  /** Null = nobody in the portal has the phone (verified), or the call has no phone. */
  readonly card: CardNow | null;
  readonly portal: PortalNow;
  /** The call note this call already has, if any (R9: one POST ever, then PATCHes). */
  readonly note: { readonly id: number; readonly on: Place } | null;
  /** The call's unsorted record stands in amoCRM, or stood there until a person dealt with it (R9). */
  readonly isInUnsorted: boolean;
}

export type PortalNow = Pick<Portal, 'pipelines' | 'users' | 'isUnsortedOn'>;

/** Where a note or a task stands. */
export interface Place {
  readonly type: 'contact' | 'company' | 'lead';
  readonly id: number;
}

export interface NewContact {
  readonly name: string;
  readonly phone: string;
  /** Null = left out (R6), here and below. */
  readonly responsibleUserId: number | null;
  readonly tags: readonly string[];
}

export interface NewLead {
  readonly name: string;
  readonly pipelineId: number;
  readonly statusId: number;
  readonly responsibleUserId: number | null;
  readonly tags: readonly string[];
}

export interface NoteFields {
  readonly type: 'call_in' | 'call_out';
  readonly phone: string;
  readonly uniq: string;
  readonly durationSec: number;
  readonly callStatus: number;
  readonly callResult: string | null;
  readonly recordUrl: string | null;
  readonly responsibleUserId: number | null;
  /** The call's start (R9). */
  readonly createdAt: string;
}

type Write =
  | ({ readonly kind: 'create_contact' } & NewContact)
  | ({
      readonly kind: 'create_lead';
      /** Null: the client's card was deleted meanwhile; the call is not dropped for it. */
      readonly on: { readonly type: 'contact' | 'company'; readonly id: number } | null;
    } & NewLead)
  /** Both in one request (`leads/complex`), linked: an unsorted record that amoCRM takes no more (R12). */
  | { readonly kind: 'create_contact_and_lead'; readonly contact: NewContact; readonly lead: NewLead }
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
    }
  | { readonly kind: 'create_note'; readonly on: Place; readonly note: NoteFields }
  | { readonly kind: 'update_note'; readonly noteId: number; readonly on: Place; readonly note: NoteFields }
  | {
      readonly kind: 'create_task';
      /** Null = the task stands alone: the client has no card (R6). */
      readonly on: Place | null;
      readonly text: string;
      readonly taskTypeId: number | null;
      readonly completeTill: string;
      readonly responsibleUserId: number | null;
    };

type NoWrite =
  /** What was wanted already stands there: done without a write. */
  | { readonly kind: 'exists'; readonly place: Place }
  /** A rule says that nothing is to be done any more. */
  | { readonly kind: 'skip'; readonly reason: string };

/** What to do in amoCRM now for one effect, with the rules that say so. */
export type Resolution = (Write | NoWrite) & Grounds;

export interface Grounds {
  readonly ruleIds: readonly string[];
  /** What is worth telling of the moment of writing; those of R12 are the operator's rules that broke. */
  readonly reasons: readonly Reason[];
}

/** `ruleIds` in the order given, then those of the reasons. */
export function grounds(ruleIds: readonly string[], reasons: readonly Reason[] = []): Grounds {
  return { ruleIds: [...new Set([...ruleIds, ...reasons.map((r) => r.ruleId)])], reasons };
}
