import { z } from 'zod';
import { outcome, direction } from './call-event.js';
import { effectName } from './commands.js';
import { defineMessage } from './message.js';
import { accountId, e164, pbxId, ruleId, utcInstant, uuid } from './primitives.js';

export const cellName = z.enum(['answeredUnknown', 'missedUnknown', 'answeredKnown', 'missedKnown']);
export type CellName = z.infer<typeof cellName>;

/** One sentence of the account of a call: a stable code that the journal prints in Russian or English (rules.md R16). */
export const reason = z.object({
  ruleId,
  /** Such as `cell_off`, `filtered`, `hidden_number`, `integration_inactive`. */
  code: z.string().regex(/^[a-z][a-z0-9_]*$/),
});
export type Reason = z.infer<typeof reason>;

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
