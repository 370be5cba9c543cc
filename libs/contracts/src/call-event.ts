import { z } from 'zod';
import { accountId, e164, pbxId, seconds, sha256Hex, utcInstant } from './primitives.js';

/** The parts of the canonical call event: reference/pbx-events.md §4.1, field by field. */

export const SCHEMA_VERSION = 1;

export const callEventType = z.enum([
  'call.started',
  'leg.ringing',
  'leg.answered',
  'call.transferred',
  'leg.ended',
  'call.ended',
  'call.record_ready',
]);
export type CallEventType = z.infer<typeof callEventType>;

/** Vendor kind, never the transport (interfaces.md, Ids and times). */
export const source = z.enum(['canonical', 'uis', 'itoolabs', 'mango', 'zadarma', 'asterisk', 'voximplant']);

export const direction = z.enum(['in', 'out', 'internal', 'unknown']);
export type CallDirection = z.infer<typeof direction>;

export const phoneKind = z.enum(['e164', 'hidden', 'short', 'invalid']);

const text = z.string().max(500);

export const client = z.object({
  raw: z.string().max(200).nullable(),
  e164: e164.nullable(),
  kind: phoneKind,
});
export type CallClient = z.infer<typeof client>;

export const number = z.object({ raw: z.string().max(200).nullable(), e164: e164.nullable() });

/** At least one key names the employee; null as a whole for a switch, an IVR, voice mail, a group or an outside number. */
export const employee = z
  .object({
    pbx_id: pbxId.nullish(),
    login: pbxId.nullish(),
    ext: z.string().max(50).nullish(),
    phone: z.string().max(50).nullish(),
    name: text.nullish(),
  })
  .refine((e) => isGiven(e.pbx_id) || isGiven(e.login) || isGiven(e.ext) || isGiven(e.phone) || isGiven(e.name), {
    message: 'at least one of pbx_id, login, ext, phone, name must be given; use null for "no employee"',
  });
export type CallEmployee = z.infer<typeof employee>;

function isGiven(key: string | null | undefined): boolean {
  return key != null && key !== '';
}

export const outcome = z.enum(['answered', 'missed', 'not_reached', 'rejected', 'internal', 'unknown']);
export type CallOutcome = z.infer<typeof outcome>;

export const outcomeDetail = z.enum([
  'busy',
  'no_answer',
  'cancelled',
  'invalid_number',
  'not_allowed',
  'no_employee',
  'spam',
  'inferred',
  'technical',
]);
export type CallOutcomeDetail = z.infer<typeof outcomeDetail>;

export const participant = z.object({
  employee: employee.nullable(),
  rang: z.boolean().nullish(),
  answered: z.boolean().nullish(),
  talked: z.boolean().nullish(),
  talk_sec: seconds.nullish(),
  first_talk_at: utcInstant.nullish(),
  leg_ids: z.array(pbxId).max(500).nullish(),
});

export const record = z.object({
  record_id: pbxId.nullish(),
  url: z.url({ protocol: /^https?$/ }).max(2000),
  duration_sec: seconds.nullish(),
  full: z.boolean().nullish(),
});
export type CallRecord = z.infer<typeof record>;

export const timeQuality = z.enum(['pbx_utc', 'pbx_local', 'received']);
export const origin = z.enum(['push', 'pull', 'replay']);

/** What a producer must send itself; everything else call-ingest can derive (interfaces.md, PBX side). */
export const givenByPbx = {
  account_id: accountId,
  source,
  source_instance: pbxId.nullish(),
  type: callEventType,
  call_id: pbxId,
  direction,
  linked_call_ids: z.array(pbxId).max(50).nullish(),
  leg_id: pbxId.nullish(),
  seq: z.int().nullish(),
  virtual_number: number.nullish(),
  employee: employee.nullish(),
  from_employee: employee.nullish(),
  to_employee: employee.nullish(),
  transfer_mode: z.enum(['blind', 'attended', 'conference']).nullish(),
  target_number: number.nullish(),
  group: z.object({ id: pbxId.nullish(), name: text.nullish() }).nullish(),
  scenario: text.nullish(),
  call_source: text.nullish(),
  external_id: text.nullish(),
  finish_reason: text.nullish(),
  is_transfer: z.boolean().nullish(),
  wait_sec: seconds.nullish(),
  talk_sec: seconds.nullish(),
  total_sec: seconds.nullish(),
  outcome: outcome.nullish(),
  outcome_detail: outcomeDetail.nullish(),
  /** In no order of its own. */
  participants: z.array(participant).max(500).nullish(),
  /** Of an end whose record names them: who of the employees talked with the client first, and who last (R6). */
  first_talked_employee: employee.nullish(),
  last_talked_employee: employee.nullish(),
  record: record.nullish(),
  raw: z.record(z.string(), z.unknown()).nullish(),
};

/** What call-ingest derives when it is absent, and recomputes when it is given wrongly. */
export const derivedByIngest = {
  event_id: sha256Hex,
  content_hash: sha256Hex,
  client,
  occurred_at: utcInstant.nullable(),
  occurred_at_quality: timeQuality,
  received_at: utcInstant,
  origin,
};
