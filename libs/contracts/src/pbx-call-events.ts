import { z } from 'zod';
import { derivedByIngest, givenByPbx, SCHEMA_VERSION } from './call-event.js';
import { defineMessage } from './message.js';

const incomingNumber = z.object({ raw: z.string().max(200).nullable(), e164: z.string().max(20).nullish() });

/**
 * `pbx.call-events.v1`, the public contract: the envelope of reference/pbx-events.md §4.1 as PBXs send it. Fields that
 * call-ingest derives may be absent, and are not trusted when present. Unknown fields are ignored.
 */
export const pbxCallEventSchema = z.object({
  schema_version: z.literal(SCHEMA_VERSION),
  ...givenByPbx,
  virtual_number: incomingNumber.nullish(),
  target_number: incomingNumber.nullish(),
  client: z.object({
    raw: z.string().max(200).nullable(),
    e164: z.string().max(20).nullish(),
    kind: z.string().max(20).nullish(),
  }),
  event_id: z.string().max(128).nullish(),
  content_hash: z.string().max(128).nullish(),
  occurred_at: z.iso.datetime({ offset: true, message: 'must be RFC 3339 with Z or an offset' }).nullish(),
  occurred_at_quality: derivedByIngest.occurred_at_quality.nullish(),
  received_at: z.string().max(40).nullish(),
  origin: derivedByIngest.origin.nullish(),
});
export type PbxCallEvent = z.infer<typeof pbxCallEventSchema>;

export const pbxCallEvents = defineMessage({
  topic: 'pbx.call-events.v1',
  title: 'PBX call event',
  description:
    'What a PBX says about one call. Any Kafka key; one event per message; JSON in UTF-8. The same fact may be sent again, ' +
    'by any transport: it collapses by its dedupe key (account, source, call, leg, type).',
  schema: pbxCallEventSchema,
  retention: { kind: 'stream', days: 7 },
  key: (event) => `${event.account_id}|${event.call_id}`,
});
