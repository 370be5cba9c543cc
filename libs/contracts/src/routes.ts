import { z } from 'zod';
import { source } from './call-event.js';
import { defineMessage } from './message.js';
import { accountId, crmId, e164, pbxId, utcInstant, uuid } from './primitives.js';
import { pbxEmployee } from './settings.js';

/** Why a caller is connected to a personal manager, or is not (rules.md R13; reference/pbx-events.md §4.10). */
export const routeReason = z.enum([
  'responsible_of_contact',
  'disabled',
  'integration_inactive',
  'not_inbound',
  'hidden_number',
  'invalid_number',
  'filtered_number',
  'directory_incomplete',
  'no_contact',
  'ambiguous_contact',
  'responsible_unmapped',
  'responsible_inactive',
  'employee_disabled',
  /** The PBX that asks has no way to ring this employee: UIS takes full numbers only. */
  'employee_without_number',
]);
export type RouteReason = z.infer<typeof routeReason>;

const routeEmployee = pbxEmployee.pick({
  employeeId: true,
  pbxId: true,
  login: true,
  ext: true,
  phones: true,
  name: true,
});
export type RouteEmployee = z.infer<typeof routeEmployee>;

export const routeSchema = z.object({
  /** UUID v5 of account, source, its instance and the PBX's call id: asked twice within a call, it is one answer. */
  routeId: uuid,
  accountId,
  source,
  /** Tells two cabinets of one kind apart (interfaces.md, Ids and times). Absent: the PBX has but one, or did not say. */
  sourceInstance: pbxId.nullish(),
  pbxCallId: pbxId,
  phone: e164.nullable(),
  decision: z.enum(['connect', 'fallback']),
  reason: routeReason,
  /** Whom the PBX was told to connect; null on a fallback. */
  employee: routeEmployee.nullable(),
  /** The employee of the incoming default responsible, offered beside a fallback. */
  defaultEmployee: routeEmployee.nullable(),
  contact: z.object({ id: crmId, name: z.string().nullish() }).nullable(),
  /** All contacts that hold the phone, when they were seen. */
  candidates: z.array(z.object({ id: crmId, responsibleUserId: crmId.nullable() })).max(250),
  asOf: utcInstant.nullable(),
  settingsVersion: z.int().min(1).nullable(),
  askedAt: utcInstant,
});
export type Route = z.infer<typeof routeSchema>;

export const routes = defineMessage({
  topic: 'calls.routes.v1',
  title: 'Whom the PBX was told to connect a caller to',
  description: 'Every answer to the question for the personal manager, with its reason. Published by decision-engine.',
  schema: routeSchema,
  retention: { kind: 'stream', days: 7 },
  key: (route) => `${route.accountId}|${route.phone ?? route.pbxCallId}`,
});
