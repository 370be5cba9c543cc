import { parse, v5 } from 'uuid';
import type { CallEvent, EffectName } from '@perezvon/contracts';

/** Namespace of every deterministic id of the product: the same fact always gives the same UUID. */
const NAMESPACE = parse('6f0d2c1e-6d0b-5a54-9c5b-0f6a7a3a9b11');

/** From bytes: `v5` encodes a text in a way that costs it as much as the hash. */
const id = (...parts: readonly (string | number)[]) => v5(utf8.encode(JSON.stringify(parts)), NAMESPACE);

const utf8 = new TextEncoder();

type CallSource = Pick<CallEvent, 'account_id' | 'source' | 'source_instance'>;

/** Everything but the account is unique only inside a PBX cabinet (reference/pbx-events.md §4.1). */
export const callIdOf = (event: CallSource, pbxCallId: string) =>
  id('call', event.account_id, event.source, event.source_instance ?? '', pbxCallId);

/** One command per state that an effect should have: a repeat is the same command (rules.md R3). */
export const commandIdOf = (accountId: string, callId: string, effect: EffectName, revision: number) =>
  id('command', accountId, callId, effect, revision);

export const lookupIdOf = (lane: string, phone: string, callId: string) => id('lookup', lane, phone, callId);

/** One cancelling per pair of calls (R15). */
export const cancelIdOf = (accountId: string, younger: string, older: string) =>
  id('cancel', accountId, younger, older);

/** `ordinal` counts the decisions of one call. */
export const decisionIdOf = (accountId: string, callId: string, ordinal: number) =>
  id('decision', accountId, callId, ordinal);

/** Whose call a question is about; the instance as in {@link callIdOf}. */
interface AskingPbx {
  readonly accountId: string;
  readonly source: CallEvent['source'];
  readonly sourceInstance: string | null;
}

/**
 * Asked twice within one call, the question for the personal manager is one question (R13). A source without an instance
 * keeps the id that it had before instances counted: answers kept by an earlier version are found again.
 */
export const routeIdOf = ({ accountId, source, sourceInstance }: AskingPbx, pbxCallId: string) =>
  id('route', accountId, source, ...(sourceInstance === null ? [] : [sourceInstance]), pbxCallId);
