import { z } from 'zod';
import { effectName } from './commands.js';
import { defineMessage } from './message.js';
import { accountId, crmId, e164, ruleId, utcInstant, uuid } from './primitives.js';
import { reason } from './reason.js';

/** Where an effect stands in the writer's ledger (design.md, Ledger). `skipped` = a rule said at write time: nothing to do. */
export const effectState = z.enum(['waiting', 'sending', 'in_doubt', 'done', 'skipped', 'parked', 'discarded']);
export type EffectState = z.infer<typeof effectState>;

export const resultSchema = z.object({
  accountId,
  portalId: uuid,
  lane: z.string().max(100),
  callId: uuid,
  effect: effectName,
  commandId: uuid,
  revision: z.int().min(1),
  phone: e164.nullable(),
  state: effectState,
  /** What stands in amoCRM now; several where one request made several (unsorted: lead and contact). */
  entities: z.array(
    z.object({
      type: z.enum(['contact', 'company', 'lead', 'unsorted', 'note', 'task']),
      id: z.union([crmId, z.string()]),
    }),
  ),
  /** True when the effect found what it wanted already there and created nothing. */
  existed: z.boolean(),
  ruleIds: z.array(ruleId),
  /** What the rules said at the moment of writing, with the broken ones (R6, R12, R16). */
  reasons: z.array(reason).nullish(),
  /** Code of why it waits, was skipped, discarded or parked, or `doubled`/`several_found` of a done one; else null. */
  reason: z.string().max(200).nullable(),
  attempts: z.int().min(0),
  at: utcInstant,
});
export type CrmResult = z.infer<typeof resultSchema>;

export const results = defineMessage({
  topic: 'crm.results.v1',
  title: 'What became of an effect',
  description:
    'Every settled effect, and every one that waits or is parked with its reason. Published by amocrm-writer.',
  schema: resultSchema,
  retention: { kind: 'stream', days: 7 },
  key: (result) => `${result.accountId}|${result.phone ?? result.callId}`,
});
