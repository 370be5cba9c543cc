import { z } from 'zod';
import { direction } from './call-event.js';
import { defineMessage } from './message.js';
import { accountId, e164, pbxId, utcInstant, uuid } from './primitives.js';

/**
 * Where a call stands between its first event and its decision, so that a call that waits is never out of sight
 * (rules.md R11, R16). Its own message and not a field of decisions: a decision is made once and counts for ever, a
 * wait begins and ends with nothing decided.
 */
export const callState = z.enum([
  'ringing',
  'talking',
  /** For the authoritative record of an end that was only hinted at or inferred (R3). */
  'awaiting_record',
  /** For the recording, because an unsorted record cannot be changed later (R1 `unsortedRecordWaitSec`). */
  'awaiting_recording',
  /** For the vendor's report: no end came within the silence (R4). */
  'awaiting_report',
  /** For amoCRM's answer whether it knows the client (R5). */
  'awaiting_client',
  'awaiting_portal',
  'awaiting_settings',
  'decided',
  'ignored',
  /** Its id proved to be another's: see `joinedTo` (R15). */
  'joined',
]);
export type CallState = z.infer<typeof callState>;

export const callStateSchema = z.object({
  accountId,
  callId: uuid,
  pbxCallId: pbxId,
  portalId: uuid.nullable(),
  phone: e164.nullable(),
  direction,
  state: callState,
  since: utcInstant,
  /** When it ends by itself at the latest; null = when something arrives. */
  until: utcInstant.nullable(),
  /** The older call that this one is. */
  joinedTo: uuid.nullish(),
});
export type CallStateChange = z.infer<typeof callStateSchema>;

export const callStates = defineMessage({
  topic: 'calls.states.v1',
  title: 'Where a call stands',
  description: 'Every change of what a call waits for; the newest per call counts. Published by decision-engine.',
  schema: callStateSchema,
  retention: { kind: 'stream', days: 7 },
  key: (change) => `${change.accountId}|${change.phone ?? change.callId}`,
});
