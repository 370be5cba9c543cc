import type { CallClient, CallEvent } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import { canBeOneByTime, ROUNDED_MS, TRANSFER_MS } from './overlap.js';
import { callIdOf, namedIdOf } from './ids.js';

/**
 * What an event says of the ids of its call (R15; reference/pbx-events.md §4.3, Aliases). The id that it came under is its
 * call's. Any other (`linked_call_ids`) names a call that may be the same one: the word of a PBX, and there are PBXs that
 * put one id, or a foreign one, beside every call. Whether it is, {@link isOneCall} tells by what both have told.
 */
export interface CallTies {
  readonly callId: string;
  readonly named: readonly NamedCall[];
  /** Its own call, as others may have named it. */
  readonly asNamed: NamedCall;
}

export interface NamedCall {
  readonly pbxCallId: string;
  /** What it is if it has events of its own. */
  readonly callId: string;
  /**
   * Under these the call that named it is found: one for each way to prove that both are the same, so that a foreign call
   * that named it earlier is not in the way of its own.
   */
  readonly namedIds: readonly string[];
}

export function tiesOf(event: CallEvent): CallTies {
  const client = spellingOf(event.client);
  const named = (pbxCallId: string, mayDiffer: boolean): NamedCall => ({
    pbxCallId,
    callId: callIdOf(event, pbxCallId),
    namedIds: [
      ...(client === null ? [] : [namedIdOf(event, pbxCallId, client)]),
      ...(mayDiffer ? [namedIdOf(event, pbxCallId, null)] : []),
    ],
  });
  const asNamed = named(event.call_id, true);
  const isTransfer = event.type === 'call.transferred';
  return { callId: asNamed.callId, named: linkedIdsOf(event).map((id) => named(id, isTransfer)), asNamed };
}

/** Other ids that the event gives its call; what PBXs fill an empty field with is none. */
export function linkedIdsOf({ call_id, linked_call_ids }: CallEvent): readonly string[] {
  return [...new Set(linked_call_ids)].filter((id) => id !== call_id && !NO_ID.test(id));
}

/** `0`, `-`, `null`, `{{second_callid}}`, a UUID of zeros. */
const NO_ID = /^[\s0\-–—_.]*$|^(null|none|nil|undefined|false|n\/a)$|\{\{/i;

/**
 * Is a call, told under `pbxCallId`, the one that named it? If both told the same client. After a transfer also if it was
 * another or none (§4.5, §4.6): a colleague or an outside number that was asked; a leg to an outside number shows our own
 * virtual one. But a call that a client of his own made is another call, whatever a transfer named; so is one of another
 * time, whoever the client was.
 */
export function isOneCall(naming: CallFacts, pbxCallId: string, named: CallFacts): boolean {
  const [client, other] = [spellingOf(naming.client), spellingOf(named.client)];
  const isSameClient = client !== null && client === other;
  if (!isSameClient && !isMovedTo(naming, pbxCallId, named)) return false;
  // After a transfer the client may wait for the colleague; without one the other id is a name for the same moment.
  const apartMs = naming.secondIds.includes(pbxCallId) ? TRANSFER_MS : ROUNDED_MS;
  return canBeOneByTime(naming, named, apartMs);
}

function isMovedTo(naming: CallFacts, pbxCallId: string, named: CallFacts): boolean {
  const { e164 } = named.client;
  const isCallersOwn = named.direction === 'in' && e164 !== null && e164 !== naming.virtualNumber;
  return naming.secondIds.includes(pbxCallId) && !isCallersOwn;
}

const spellingOf = ({ e164, kind, raw }: CallClient) => e164 ?? (kind === 'hidden' ? null : raw);
