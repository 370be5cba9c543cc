import * as crypto from 'node:crypto';
import type { CallEvent, EffectName } from '@perezvon/contracts';

/** Namespace of every deterministic id of the product: the same fact always gives the same UUID. */
const NAMESPACE = Buffer.from('6f0d2c1e6d0b5a549c5b0f6a7a3a9b11', 'hex');

/** UUID v5 (RFC 9562 §5.5). `crypto.hash` costs a third of what `createHash` and a general UUID library do. */
function id(...parts: readonly (string | number)[]): string {
  const name = JSON.stringify(parts);
  const named = Buffer.allocUnsafe(NAMESPACE.length + Buffer.byteLength(name));
  NAMESPACE.copy(named);
  named.write(name, NAMESPACE.length);
  const hex = crypto.hash('sha1', named, 'hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

type CallSource = Pick<CallEvent, 'account_id' | 'source' | 'source_instance'>;

/** Everything but the account is unique only inside a PBX cabinet (reference/pbx-events.md §4.1). */
export const callIdOf = (event: CallSource, pbxCallId: string) =>
  id('call', event.account_id, event.source, event.source_instance ?? '', pbxCallId);

/** A call as the event of another one names it: of the same client, or of any (null). */
export const namedIdOf = (event: CallSource, pbxCallId: string, client: string | null) =>
  id(
    'named',
    event.account_id,
    event.source,
    event.source_instance ?? '',
    pbxCallId,
    ...(client === null ? [] : [client]),
  );

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
