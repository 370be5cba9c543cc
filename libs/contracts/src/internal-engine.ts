import { z } from 'zod';
import { callState } from './call-states.js';
import { utcInstant } from './primitives.js';

/**
 * What settings-api may ask decision-engine over its internal API. All under `/internal/v1`, with
 * `Authorization: Bearer <INTERNAL_API_KEY>`.
 *
 *     GET  /accounts/{accountId}/waiting                          → waitingCalls
 */

/** Calls that are not decided yet because they wait for something, by what that is (rules.md R11). */
export const waitingCalls = z.object({
  waiting: z.array(z.object({ state: callState, count: z.int().min(1), oldestAt: utcInstant })),
});
export type WaitingCalls = z.infer<typeof waitingCalls>;
