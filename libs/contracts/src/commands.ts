import { z } from 'zod';
import { defineMessage } from './message.js';
import { accountId, crmId, e164, ruleId, seconds, utcInstant, uuid } from './primitives.js';

/** What the engine wants to stand in amoCRM; the writer decides at write time how (design.md, Lanes, intents, effects). */

/** Names one effect of a call; (account, call, effect) exists once for ever (rules.md R3, R17). */
export const effectName = z.enum(['contact', 'deal', 'unsorted', 'note', 'task.answered', 'task.missed']);
export type EffectName = z.infer<typeof effectName>;

/** Contact for a client that amoCRM does not know; created only if still absent when written (R2, R5). */
export const ensureContactIntent = z.object({
  kind: z.literal('ensure_contact'),
  name: z.string().max(250),
  responsibleUserId: crmId.nullable(),
  tags: z.array(z.string().max(50)).max(2),
});
export type EnsureContactIntent = z.infer<typeof ensureContactIntent>;

export const createDealIntent = z.object({
  kind: z.literal('create_deal'),
  name: z.string().max(250),
  pipelineId: crmId,
  statusId: crmId,
  /** `default`: the direction's; `card_owner`: the card's responsible if active, else default (R6). */
  responsible: z.enum(['default', 'card_owner']),
  defaultResponsibleUserId: crmId.nullable(),
  /** Skip when the card has an active deal in this scope; null = create always (R2 `create_deal_always`). */
  unlessActiveDealIn: z.enum(['all', 'same_pipeline']).nullable(),
  tags: z.array(z.string().max(50)).max(2),
});
export type CreateDealIntent = z.infer<typeof createDealIntent>;

export const createUnsortedIntent = z.object({
  kind: z.literal('create_unsorted'),
  direction: z.enum(['in', 'out']),
  pipelineId: crmId,
  leadName: z.string().max(250),
  contactName: z.string().max(250),
  /** What `metadata.call_responsible` says: an amoCRM user id, or null = the default was deactivated or unset. */
  responsibleUserId: crmId.nullable(),
  durationSec: seconds,
  recordUrl: z.string().max(2000).nullable(),
  tags: z.array(z.string().max(50)).max(2),
  /** R12: where an active deal makes the one that stands in for the record needless; absent = in all pipelines. */
  unlessActiveDealIn: z.enum(['all', 'same_pipeline']).nullish(),
});
export type CreateUnsortedIntent = z.infer<typeof createUnsortedIntent>;

/** The desired state of the one call note of a call (R9); a higher `revision` replaces a lower. */
export const callNoteIntent = z.object({
  kind: z.literal('call_note'),
  direction: z.enum(['in', 'out']),
  durationSec: seconds,
  /** amoCRM's `call_status`: 4 conversation held, 6 no answer, 7 busy, 5 wrong number (reference/amocrm-api.md §6.1). */
  callStatus: z.int().min(1).max(7),
  callResult: z.string().max(250).nullable(),
  recordUrl: z.string().max(2000).nullable(),
  responsibleUserId: crmId.nullable(),
  /** Takes the place of a `responsibleUserId` that was deactivated meanwhile (R6, R12). */
  defaultResponsibleUserId: crmId.nullish(),
  /** Owed only if amoCRM did not take the call's unsorted record as one (R9, R12). */
  unlessUnsorted: z.boolean().nullish(),
});
export type CallNoteIntent = z.infer<typeof callNoteIntent>;

/** A task for whoever must deal with the call; stands alone when the client has no card (R6). */
export const createTaskIntent = z.object({
  kind: z.literal('create_task'),
  /** `{phone}` is filled in. */
  text: z.string().min(1).max(1200),
  /** Null = amoCRM's own default, «Связаться». */
  taskTypeId: crmId.nullable(),
  /** The term counts from here, and is never less than 15 minutes after the writing (R6). */
  callEndedAt: utcInstant,
  dueInMinutes: z.int().min(1).max(525_600),
  /** The amoCRM user of the employee who took the call; `card_owner`: the client's responsible; `default`: nobody's mapped. */
  responsible: z.union([crmId, z.enum(['card_owner', 'default'])]),
  /** Also in the place of a user who was deactivated meanwhile. */
  defaultResponsibleUserId: crmId.nullable(),
});
export type CreateTaskIntent = z.infer<typeof createTaskIntent>;

export const intent = z.discriminatedUnion('kind', [
  ensureContactIntent,
  createDealIntent,
  createUnsortedIntent,
  callNoteIntent,
  createTaskIntent,
]);
export type Intent = z.infer<typeof intent>;

const address = {
  accountId,
  portalId: uuid,
  /** The portal's lane as the engine knew it; only the Kafka key and a hint, the writer's own map decides. */
  lane: z.string().max(100),
};

export const effectCommandSchema = z.object({
  type: z.literal('effect'),
  /** UUID v5 of account, call, effect and revision: the same command however often it is emitted. */
  commandId: uuid,
  ...address,
  callId: uuid,
  effect: effectName,
  /** Grows when the desired state of the same effect changes (only `note` has more than 1). */
  revision: z.int().min(1),
  /** Client's number; null only for an unsorted record of a hidden number (R10). */
  phone: e164.nullable(),
  /** First id by which the PBX knew the call: `uniq` of notes and unsorted records (R9). */
  pbxCallId: z.string().max(200),
  /** Original times (R11): the call's start, and the event that caused this effect. */
  callStartedAt: utcInstant,
  causedAt: utcInstant,
  settingsVersion: z.int().min(1),
  ruleIds: z.array(ruleId).min(1),
  /** Effects of the same call that must be done or skipped before this one is tried; a parked one holds it back. */
  after: z.array(effectName),
  intent,
});
export type EffectCommand = z.infer<typeof effectCommandSchema>;

export const lookupCommandSchema = z.object({
  type: z.literal('lookup'),
  /** UUID v5 of lane, phone and the asking call: asking again is the same question. */
  commandId: uuid,
  ...address,
  phone: e164,
  requestedAt: utcInstant,
  /** When what is asked for happened: a call that people wait for goes before those of a backlog. Absent: then, too. */
  causedAt: utcInstant.optional(),
});
export type LookupCommand = z.infer<typeof lookupCommandSchema>;

/**
 * Two ids proved late to be one call: the younger's effects that have not been sent are not wanted any more (R15). The
 * writer answers each named effect on crm.results.v1: `discarded` with the reason `joined_older_call`, or, when it was
 * sent already, its own state with the reason `doubled`.
 */
export const cancelCommandSchema = z.object({
  type: z.literal('cancel'),
  /** UUID v5 of account and both calls. */
  commandId: uuid,
  ...address,
  /** The younger call. */
  callId: uuid,
  /** The older call, whose effects stand. */
  inFavourOf: uuid,
  phone: e164.nullable(),
  effects: z.array(effectName).min(1),
  ruleIds: z.array(ruleId).min(1),
  requestedAt: utcInstant,
});
export type CancelCommand = z.infer<typeof cancelCommandSchema>;

export const crmCommandSchema = z.discriminatedUnion('type', [
  effectCommandSchema,
  lookupCommandSchema,
  cancelCommandSchema,
]);
export type CrmCommand = z.infer<typeof crmCommandSchema>;

export const commands = defineMessage({
  topic: 'crm.commands.v1',
  title: 'What should stand in amoCRM, or a question to it',
  description:
    'An effect of a call that the writer brings about once, a lookup whose answer appears on crm.clients.v1, or the ' +
    'cancelling of effects that another call turned out to own. Published by decision-engine.',
  schema: crmCommandSchema,
  retention: { kind: 'stream', days: 7 },
  key: (command) => command.lane,
});
