import { z } from 'zod';
import { outcome, direction } from './call-event.js';
import { clientCard } from './clients.js';
import { effectName } from './commands.js';
import { defineMessage } from './message.js';
import { accountId, crmId, e164, pbxId, utcInstant, uuid } from './primitives.js';
import { reason } from './reason.js';

export const cellName = z.enum(['answeredUnknown', 'missedUnknown', 'answeredKnown', 'missedKnown']);
export type CellName = z.infer<typeof cellName>;

/** What was known of the client when known/unknown was frozen, and by whom (R3, R5, R16). */
export const clientLookup = z.object({
  known: z.boolean(),
  /** `pending_creation`: no card yet, but this integration is about to make one. */
  origin: z.enum(['directory', 'pending_creation']),
  /** When amoCRM was seen so; null for a pending creation. */
  asOf: utcInstant.nullable(),
  /** Every card that has the phone. */
  candidates: z.array(clientCard).max(250),
  chosen: z.object({ type: z.enum(['contact', 'company']), id: crmId }).nullable(),
});
export type ClientLookup = z.infer<typeof clientLookup>;

export const decisionSchema = z.object({
  /** UUID v5 of account, call and the deciding moment: a repeat is the same decision. */
  decisionId: uuid,
  accountId,
  callId: uuid,
  pbxCallId: pbxId,
  portalId: uuid.nullable(),
  settingsVersion: z.int().min(1),
  /** `answer` and `end` are R3's moments; `late` is whatever came after the end. */
  moment: z.enum(['answer', 'end', 'late']),
  decidedAt: utcInstant,
  causedByEventId: z.string(),
  direction,
  outcome: outcome.nullable(),
  clientKnown: z.boolean().nullable(),
  phone: e164.nullable(),
  cell: cellName.nullable(),
  effects: z.array(z.object({ effect: effectName, commandId: uuid, revision: z.int().min(1) })),
  reasons: z.array(reason),
  lookup: clientLookup.nullish(),
  /** Told by earlier versions, of effects that had perhaps never been sent: crm.results.v1 says what was (R15). */
  doubled: z.array(z.object({ effect: effectName, callId: uuid })).nullish(),
  /** Data quality, such as `lost_with_talk` or `clock_ahead`: told by call-ingest or found by the decision. */
  warnings: z.array(z.string().max(100)).nullish(),
});
export type CallDecision = z.infer<typeof decisionSchema>;

export const decisions = defineMessage({
  topic: 'calls.decisions.v1',
  title: 'What a call means, and why',
  description:
    'A decision about one call with its cell, its effects and the rules that led to it. Published by decision-engine.',
  schema: decisionSchema,
  retention: { kind: 'stream', days: 7 },
  key: (decision) => `${decision.accountId}|${decision.phone ?? decision.callId}`,
});
