import { type CodeOf } from './error-table.js';

/** What is known about the exchange itself, kept for the journal and for support tickets. */
export interface Exchange {
  /** `X-Request-Id` of amoCRM's answer: support asks for it. */
  requestId?: string;
  /** HTTP status, if an answer began. */
  status?: number;
}

interface Failure extends Exchange {
  /** For people: amoCRM's own words or the system's error code; runs of digits and tokens are masked. Never branch on it. */
  detail?: string;
}

/** The request did what it was for. */
export interface Done<T> extends Exchange {
  kind: 'done';
  value: T;
}

/** amoCRM said no, and will say no again: somebody has to change something. */
export interface Rejected extends Failure {
  kind: 'rejected';
  reason: CodeOf<'rejected'>;
  /** The items that amoCRM named, by their index in what was sent. Empty: it named none. */
  items: RejectedItem[];
  /** True for a batch of which items were not named: those may exist, look for them before sending again. */
  unnamedMayBeApplied: boolean;
}

/** One item of a batch and what amoCRM has against it. */
export interface RejectedItem {
  index: number;
  requestId: string;
  errors: FieldError[];
}

/** One entry of `validation-errors` (amocrm-api.md §2.5). */
export interface FieldError {
  /** `NotSupportedChoice`, `InvalidType`, `NotNullable`, `TooLong`, …: the vendor's list is not published. */
  code: string;
  /** `custom_fields_values.0.field_id` */
  path: string;
  /** For people, masked. */
  detail?: string;
}

/** Nothing was done. The same request may be sent again, not before `afterMs` if amoCRM named a time. */
export interface Retry extends Failure {
  kind: 'retry';
  reason: CodeOf<'retry'>;
  afterMs?: number;
}

/** The write may stand in amoCRM, in full, in part or not at all. Look before any second write. */
export interface InDoubt extends Failure {
  kind: 'in_doubt';
  reason: CodeOf<'in_doubt'>;
}

/** Nothing was done, and nothing else will be on this portal until it is seen to. */
export interface StopPortal extends Failure {
  kind: 'stop_portal';
  reason: CodeOf<'stop_portal'>;
  /** How long amoCRM asked to be left alone, if it did. */
  afterMs?: number;
}

/** What a read can end with: a read changes nothing, so it is never in doubt. */
export type ReadResult<T> = Done<T> | Rejected | Retry | StopPortal;

/** What a write can end with. */
export type WriteResult<T> = ReadResult<T> | InDoubt;

/** One item of a batch that amoCRM answered with a success. */
export type ItemOutcome<T> =
  | { kind: 'done'; value: T }
  | { kind: 'rejected'; errors: FieldError[] }
  | { kind: 'in_doubt'; reason: 'missing_in_answer' };

/** What of an answer goes into every result made from it. */
export function exchangeOf({ status, requestId }: Exchange): Exchange {
  return {
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
