import { z } from 'zod';
import { effectName } from './commands.js';
import { portalStop } from './portals.js';
import { accountId, e164, utcInstant, uuid } from './primitives.js';
import { effectState } from './results.js';

/**
 * What settings-api may ask amocrm-writer over its internal API (design.md: "What one service must ask another at once").
 * All under `/internal/v1`, with `Authorization: Bearer <INTERNAL_API_KEY>`; an unknown id is 404.
 *
 *     GET  /portals/{portalId}/status                             → portalStatus
 *     POST /portals/{portalId}/test                               → connectionTest, asked of amoCRM now
 *     POST /portals/{portalId}/refresh                            → 202: pipelines, users and task types are read again
 *     GET  /accounts/{accountId}/parked                           → parkedEffects
 *     GET  /accounts/{accountId}/effects?state&portalId&limit&cursor → effectList, oldest first
 *     POST /accounts/{accountId}/effects/{effectId}/retry         → 204; 409 `not_parked`
 *     POST /accounts/{accountId}/effects/{effectId}/discard       → 204; 409 `already_settled`
 */

/** One portal for the operator: what waits, why, since when. Settled effects are not counted: they are in the journal. */
export const portalStatus = z.object({
  portalId: uuid,
  accountId,
  lane: z.string().nullable(),
  stop: portalStop.extend({ reason: z.string() }).nullable(),
  /**
   * Why requests are put off though nothing stopped the portal: `rate_limited`, a code of a 5xx, of the network or of a
   * token that could not be renewed; null once a request was answered again.
   */
  trouble: z.object({ reason: z.string(), since: utcInstant, until: utcInstant }).nullish(),
  /** What stops creations only (R12). */
  limit: z.object({ since: utcInstant, until: utcInstant }).nullish(),
  /** Where amoCRM says that the account is now, if not at the portal's address: it was renamed. */
  moved: z.object({ to: z.string(), since: utcInstant }).nullish(),
  directoryReadAt: utcInstant.nullable(),
  effects: z.array(
    z.object({
      state: effectState,
      reason: z.string().nullable(),
      count: z.int().min(0),
      oldestAt: utcInstant,
    }),
  ),
  lookupsWaiting: z.int().min(0),
  /** Of the last whole minute, against the 7/s of one integration (R11). */
  requestsPerSecond: z.number().min(0).nullish(),
  mirror: z
    .object({
      /** The first read is through: an unknown phone is really unknown. */
      isComplete: z.boolean(),
      readAt: utcInstant.nullable(),
      /** Deals that have not changed for so many months are left out; absent: a copy that is read no further. */
      leadMonths: z.int().min(1).nullish(),
    })
    .nullish(),
  /** When the stored token ends; null: it does not tell. */
  tokenExpiresAt: utcInstant.nullish(),
});
export type PortalStatus = z.infer<typeof portalStatus>;

/** What waits for a person, also of portals that are deleted or were never known. */
export const parkedEffects = z.array(z.object({ reason: z.string(), count: z.int().min(1), oldestAt: utcInstant }));
export type ParkedEffects = z.infer<typeof parkedEffects>;

/** What amoCRM was asked, one by one; the first failure ends the test, so what stands behind it is absent. */
export const connectionTest = z.object({
  checks: z.array(
    z.object({
      /** `reachable`, `token`, `administrator`, `users`, `pipelines`, `marker_field`, `duplicate_control`, `webhooks`. */
      code: z.string(),
      outcome: z.enum(['ok', 'warning', 'failed']),
      /** Of a failure or warning: a `portalStop` reason, or such as `timeout`, `dns`, `tls`, `marker_field_missing`. */
      reason: z.string().nullable(),
    }),
  ),
  /** The name of the amoCRM account, when it said it. */
  accountName: z.string().nullish(),
});
export type ConnectionTest = z.infer<typeof connectionTest>;

/** What became of our hooks at a portal that is being deleted. */
export const portalLeave = z.object({
  /** `none`: there were none; `kept`: they could not be taken away, and amoCRM calls them in vain. */
  hooks: z.enum(['none', 'removed', 'kept']),
  /** Of `kept`: what stops the portal, or a code of the error table. */
  reason: z.string().nullable(),
});
export type PortalLeave = z.infer<typeof portalLeave>;

/** One effect that is not settled. */
export const waitingEffect = z.object({
  /** The `commandId` of its newest revision. */
  effectId: uuid,
  portalId: uuid,
  callId: uuid,
  effect: effectName,
  state: effectState,
  /** Why it waits or is parked. */
  reason: z.string().nullable(),
  /** Effects of the same call that hold it back. */
  blockedBy: z.array(effectName),
  phone: e164.nullable(),
  attempts: z.int().min(0),
  createdAt: utcInstant,
  updatedAt: utcInstant,
  /** When it is tried again by itself; null: not by a clock. */
  nextTryAt: utcInstant.nullable(),
});
export type WaitingEffect = z.infer<typeof waitingEffect>;

export const effectList = z.object({ items: z.array(waitingEffect), nextCursor: z.string().nullable() });
