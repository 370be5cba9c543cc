import { type PbxCallEvent } from '@perezvon/contracts';
import { type Rejection } from '../canonical/rejection.js';

/** The PBX cabinet that sends: an entry of the account's `sources` in the settings. */
export interface Cabinet {
  readonly accountId: string;
  /** Tells two cabinets of one account apart. */
  readonly instance: string | null;
  /** IANA zone for times without an offset. */
  readonly timeZone: string;
  /** Our name of a parameter → the name under which this cabinet sends it. */
  readonly fieldMap?: Readonly<Record<string, string>> | undefined;
}

/** What a PBX sent, once its sender is known. */
export interface PushRequest {
  /** The query string, without `?`. */
  readonly query: string;
  readonly body: Buffer;
}

/**
 * What a request says in the words of the canonical event; no events = it is not about a call's course, which is no
 * fault. Or why nothing can be made of it.
 */
export type Translated =
  { readonly events: readonly PbxCallEvent[]; readonly warnings: readonly string[] } | { readonly rejected: Rejection };

/**
 * One vendor's pushes, raw → canonical. Pure: what it returns still goes through `canonicalise`, like an event from any
 * other door. How to add one: docs/adding-a-pbx.md.
 */
export interface PushAdapter {
  translate(request: PushRequest, cabinet: Cabinet): Translated;
}
