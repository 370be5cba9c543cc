import { z } from 'zod';
import { defineMessage } from './message.js';
import { accountId, crmId, e164, utcInstant, uuid } from './primitives.js';
import { reason } from './reason.js';

/** Why nothing is sent to a portal right now (rules.md R11); `until` is when the writer tries again by itself. */
export const portalStop = z.object({
  reason: z.enum(['no_credentials', 'unauthorised', 'unpaid', 'blocked', 'ip_not_allowed', 'no_rights', 'not_found']),
  since: utcInstant,
  until: utcInstant.nullable(),
  /** Which of the ways to this reason it was, as a code: `redirected`, `another_account`, `refresh_refused`, `disconnected`; absent: the usual one. */
  cause: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,59}$/)
    .nullish(),
});
export type PortalStop = z.infer<typeof portalStop>;

export const portalWarning = z.enum([
  'duplicate_control_on',
  'webhooks_not_available',
  'tariff_limit',
  'unsorted_off',
  'marker_field_missing',
]);
export type PortalWarning = z.infer<typeof portalWarning>;

const status = z.object({
  id: crmId,
  name: z.string(),
  sort: z.int(),
  /** 1 = «Неразобранное», 0 = ordinary (reference/amocrm-api.md §3.3). */
  type: z.int(),
  color: z.string().nullish(),
});

export const portalSchema = z.object({
  portalId: uuid,
  accountId,
  /** One amoCRM account: `host family:account id`; null until the writer has seen the account once. */
  lane: z.string().max(100).nullable(),
  readAt: utcInstant.nullable(),
  stop: portalStop.nullable(),
  /** Empty until read once. */
  pipelines: z.array(
    z.object({
      id: crmId,
      name: z.string(),
      sort: z.int(),
      isMain: z.boolean(),
      isUnsortedOn: z.boolean(),
      isArchive: z.boolean(),
      statuses: z.array(status),
    }),
  ),
  users: z.array(
    z.object({
      id: crmId,
      name: z.string(),
      email: z.string().nullish(),
      phone: e164.nullish(),
      isActive: z.boolean(),
    }),
  ),
  taskTypes: z.array(z.object({ id: crmId, name: z.string() })),
  /** amoCRM's switch for the whole account; off = no unsorted record can be made in any pipeline (R12). */
  isUnsortedOn: z.boolean().nullish(),
  /** The lane's copy of its clients; until `isComplete`, an absent phone says nothing (`directory_incomplete`, R13). */
  mirror: z
    .object({
      isComplete: z.boolean(),
      /** The first read goes back to here; null = nothing read yet. */
      completeBackTo: utcInstant.nullable(),
      /** amoCRM as of this time is in the copy; its age is what the operator sees. */
      asOf: utcInstant.nullable(),
    })
    .nullish(),
  /** What an operator should know though nothing is stopped by it. */
  warnings: z
    .array(z.object({ code: portalWarning, since: utcInstant }))
    .max(50)
    .nullish(),
  /** Rules whose stage, pipeline, unsorted or user is gone, as the writer found at the moment of writing (R6, R12). */
  brokenRules: z
    .array(reason.extend({ since: utcInstant }))
    .max(200)
    .nullish(),
});
export type Portal = z.infer<typeof portalSchema>;

export const portals = defineMessage({
  topic: 'crm.portals.v1',
  title: 'What amoCRM has: pipelines, stages, users, task types',
  description: 'The newest copy of one portal, its lane, and whether it takes writes now. Published by amocrm-writer.',
  schema: portalSchema,
  retention: { kind: 'compacted' },
  key: (portal) => portal.portalId,
});
