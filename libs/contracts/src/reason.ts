import { z } from 'zod';
import { ruleId } from './primitives.js';

/**
 * One sentence of the account of a call, as a stable code and its values: the journal prints it in Russian or English
 * (rules.md R16). Never prose, never a phone number that the message does not carry anyway.
 */
export const reason = z.object({
  ruleId,
  /** Such as `cell_off`, `filtered`, `hidden_number`, `integration_inactive`. */
  code: z.string().regex(/^[a-z][a-z0-9_]*$/),
  /** What the sentence names: a stage, a user, a setting. */
  params: z.record(z.string(), z.union([z.string().max(500), z.number(), z.boolean()])).optional(),
});
export type Reason = z.infer<typeof reason>;
