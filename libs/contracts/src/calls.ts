import { z } from 'zod';
import { derivedByIngest, givenByPbx, SCHEMA_VERSION } from './call-event.js';
import { defineMessage } from './message.js';
import { sha256Hex } from './primitives.js';

/** Canonical call event after call-ingest: every derived field present and right (reference/pbx-events.md §4.1–4.3). */
export const callEventSchema = z.object({
  schema_version: z.literal(SCHEMA_VERSION),
  ...givenByPbx,
  ...derivedByIngest,
  /** Ids that the producer gave and that did not fit the dedupe key; journalled, never used. */
  given_event_id: z.string().max(128).nullish(),
  given_content_hash: z.union([sha256Hex, z.string().max(128)]).nullish(),
  /** Data-quality remarks for the journal, such as `template_placeholder`, `clock_ahead`, `lost_with_talk`. */
  warnings: z.array(z.string().max(100)).max(20).nullish(),
});
export type CallEvent = z.infer<typeof callEventSchema>;

export const calls = defineMessage({
  topic: 'calls.v1',
  title: 'Canonical call event',
  description: 'A validated, normalised call event with its stable id, from either door of call-ingest.',
  schema: callEventSchema,
  retention: { kind: 'stream', days: 7 },
  key: (event) => `${event.account_id}|${event.client.e164 ?? event.call_id}`,
});
