import { z } from 'zod';
import { callEventType, source } from './call-event.js';
import { utcInstant, uuid } from './primitives.js';
import { rejectionCode } from './rejected-call-events.js';

/**
 * What settings-api may ask call-ingest over its internal API. All under `/internal/v1`, with
 * `Authorization: Bearer <INTERNAL_API_KEY>`; an unknown id is 404.
 *
 *     GET  /accounts/{accountId}/rejected?limit&cursor            → rejectedList, newest first
 *     POST /accounts/{accountId}/rejected/{rejectedId}/replay     → replayOutcome
 *     GET  /accounts/{accountId}/activity                         → sourceActivity
 */

/** One event that call-ingest refused, without its bytes. */
export const rejectedItem = z.object({
  rejectedId: uuid,
  rejectedAt: utcInstant,
  /** `pull` = a row of a vendor's report. */
  door: z.enum(['kafka', 'http', 'pull']),
  sourceId: uuid.nullable(),
  code: rejectionCode,
  message: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
  sizeBytes: z.int().min(0),
  /** The bytes as text where they are text; cut. */
  excerpt: z.string().nullable(),
  replayedAt: utcInstant.nullable(),
});
export type RejectedItem = z.infer<typeof rejectedItem>;

export const rejectedList = z.object({ items: z.array(rejectedItem), nextCursor: z.string().nullable() });

/** Taken now, or refused again and why. */
export const replayOutcome = z.object({
  outcome: z.enum(['accepted', 'rejected']),
  code: rejectionCode.nullable(),
  message: z.string().nullable(),
});
export type ReplayOutcome = z.infer<typeof replayOutcome>;

/** When something of each kind last came from each PBX: the cabinet decides what arrives, so silence must be visible. */
export const sourceActivity = z.object({
  lastEvents: z.array(
    z.object({
      source,
      sourceInstance: z.string().nullable(),
      type: callEventType,
      receivedAt: utcInstant,
    }),
  ),
  /** Deliveries of this account that wait in Postgres for Kafka. */
  held: z.object({ count: z.int().min(0), oldestAt: utcInstant.nullable() }),
});
export type SourceActivity = z.infer<typeof sourceActivity>;
