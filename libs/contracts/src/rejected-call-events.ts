import { z } from 'zod';
import { defineMessage } from './message.js';
import { accountId, utcInstant, uuid } from './primitives.js';

/** Why call-ingest could not take an event. A vendor acts on the code; the message says what to change. */
export const rejectionCode = z.enum([
  'invalid_json',
  'too_large',
  'unknown_schema_version',
  'invalid_event',
  'unknown_account',
  'untranslatable',
  'too_old',
]);
export type RejectionCode = z.infer<typeof rejectionCode>;

export const rejectedCallEventSchema = z.object({
  /** Deterministic (UUID v5 of door and original), so that a redelivered reject is the same reject. */
  rejectedId: uuid,
  rejectedAt: utcInstant,
  /** `pull` = a row of a vendor's report. */
  door: z.enum(['kafka', 'http', 'pull']),
  /** Null where the event does not tell. */
  accountId: accountId.nullable(),
  sourceId: uuid.nullable(),
  code: rejectionCode,
  /** One sentence without values: what is wrong and what to send instead. */
  message: z.string().max(1000),
  errors: z.array(z.object({ path: z.string().max(200), message: z.string().max(300) })).max(50),
  original: z.object({
    /** The bytes as they came, at most 256 KiB of them. */
    base64: z.string().max(350_000),
    sizeBytes: z.int().min(0),
    truncated: z.boolean(),
    /** Where it stood: `topic/partition/offset`, the HTTP route without secrets, or whose report. */
    position: z.string().max(300),
    /** In which words it was, so that it can be taken again. Absent: the canonical ones. */
    dialect: z.enum(['canonical', 'uis', 'itoolabs']).nullish(),
    /** The query string beside a body, without `?` and without secrets. */
    query: z.string().max(16_384).nullish(),
  }),
});
export type RejectedCallEvent = z.infer<typeof rejectedCallEventSchema>;

export const rejectedCallEvents = defineMessage({
  topic: 'pbx.call-events.rejected.v1',
  title: 'Rejected PBX call event',
  description: 'An event that call-ingest refused, with a reason a PBX vendor can act on and the original bytes.',
  schema: rejectedCallEventSchema,
  retention: { kind: 'stream', days: 30 },
  key: (rejected) => rejected.accountId ?? rejected.rejectedId,
});
