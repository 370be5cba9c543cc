import { z } from 'zod';
import { defineMessage } from './message.js';
import { accountId, crmId, e164, pbxId, sha256Hex, utcInstant, uuid } from './primitives.js';

/** The settings of rules.md R1 as one versioned document per account. */

export const cellAction = z.enum([
  'create_contact_and_deal',
  'create_unsorted',
  'create_contact',
  'create_deal_always',
]);
export type CellAction = z.infer<typeof cellAction>;

/** One of the four cells of a direction (R1, R2). A draft may lack what its action needs; activation refuses that. */
export const cellSettings = z.object({
  enabled: z.boolean(),
  action: cellAction.nullish(),
  pipelineId: crmId.nullish(),
  statusId: crmId.nullish(),
});
export type CellSettings = z.infer<typeof cellSettings>;

export const taskSettings = z.object({
  enabled: z.boolean(),
  text: z.string().max(1000).nullish(),
  dueInMinutes: z.int().min(1).max(525_600).nullish(),
  taskTypeId: crmId.nullish(),
});

export const directionSettings = z.object({
  cells: z.object({
    answeredUnknown: cellSettings,
    missedUnknown: cellSettings,
    answeredKnown: cellSettings,
    missedKnown: cellSettings,
  }),
  tagging: z.object({ enabled: z.boolean(), number: z.enum(['client', 'virtual', 'both']) }),
  answeredTask: taskSettings,
  missedTask: taskSettings,
  defaultResponsibleUserId: crmId.nullable(),
  /** Canonical: E.164 (`+79161234567`), a short number (`102`), or either as a mask ending in `*` (R8). */
  filteredNumbers: z.array(z.string().max(20)).max(10_000),
  logCalls: z.boolean(),
  createAt: z.enum(['answer', 'end']),
  acceptedBy: z.enum(['first', 'last']),
  activeDealScope: z.enum(['all', 'same_pipeline']),
  hiddenNumbers: z.enum(['ignore', 'unsorted']),
  unsortedRecordWaitSec: z.int().min(0).max(600),
});
export type DirectionSettings = z.infer<typeof directionSettings>;

export const integrationSettings = z.object({
  active: z.boolean(),
  /** The portal that new calls are written to; null while none is chosen. */
  portalId: uuid.nullable(),
  incoming: directionSettings.extend({ personalManagerRouting: z.boolean() }),
  outgoing: directionSettings,
});
export type IntegrationSettings = z.infer<typeof integrationSettings>;

export const portalEntry = z.object({
  portalId: uuid,
  name: z.string().max(200).nullable(),
  /** Canonical origin, such as `https://demo.amocrm.ru`. */
  url: z.string().max(300),
  /** Grows with every change of the stored token, so that the writer looks again; null = no credentials. */
  credentialsRevision: z.int().min(1).nullable(),
});
export type PortalEntry = z.infer<typeof portalEntry>;

export const pbxEmployee = z.object({
  employeeId: uuid,
  pbxId: pbxId.nullish(),
  login: pbxId.nullish(),
  ext: z.string().max(50).nullish(),
  phones: z.array(e164).max(20),
  name: z.string().max(300).nullish(),
  email: z.string().max(300).nullish(),
  /** Switched off in the PBX: nobody is connected to this employee (R13 `employee_disabled`). */
  isDisabled: z.boolean().nullish(),
});
export type PbxEmployee = z.infer<typeof pbxEmployee>;

/** How call-ingest asks the vendor for calls whose events were lost (reference/pbx-events.md §1.6, §2.2). */
export const pullSettings = z.object({
  enabled: z.boolean(),
  /** Origin of the vendor's API; its host is on the allow-list (design.md, property 8). */
  url: z.string().max(300),
  /**
   * The vendor's API token, sealed (AES-256-GCM) with a key that settings-api and call-ingest hold and that opens
   * nothing else, so that no topic carries a secret in clear (docs/decisions/0002).
   */
  sealedToken: z.string().max(4000),
});
export type PullSettings = z.infer<typeof pullSettings>;

export const pbxSource = z.object({
  sourceId: uuid,
  kind: z.enum(['canonical', 'uis', 'itoolabs']),
  /** Tells two cabinets of one kind apart; then part of the dedupe key (interfaces.md, Ids and times). */
  instance: pbxId.nullable(),
  /** IANA zone for times without an offset (reference/pbx-events.md §4.8). */
  timeZone: z.string().max(64),
  settleDelaySec: z.int().min(0).max(600),
  ringLimitSec: z.int().min(15).max(7200),
  routeFallback: z.enum(['branch', 'default_employee']),
  /**
   * SHA-256 hex of the secret that was shown once. A path secret or `crm_token` is compared by its hash; the HMAC key
   * of the canonical source is this hex text itself, so that no topic carries a secret (docs/decisions/0002).
   */
  secretHash: sha256Hex,
  /** Null or absent = the vendor is never asked. */
  pull: pullSettings.nullish(),
  /** Our name of a parameter → the name under which this cabinet sends it (reference/pbx-events.md §2.1). */
  fieldMap: z.record(z.string().max(100), z.string().max(100)).nullish(),
});
export type PbxSource = z.infer<typeof pbxSource>;

export const settingsSchema = z.object({
  accountId,
  /** Monotonic per account; a decision records the version it used (R3). */
  version: z.int().min(1),
  updatedAt: utcInstant,
  name: z.string().max(200),
  integration: integrationSettings,
  portals: z.array(portalEntry).max(100),
  employees: z.array(pbxEmployee).max(10_000),
  /** One amoCRM user per employee (R14). */
  mapping: z.array(z.object({ employeeId: uuid, crmUserId: crmId })).max(10_000),
  sources: z.array(pbxSource).max(100),
});
export type Settings = z.infer<typeof settingsSchema>;

export const settings = defineMessage({
  topic: 'settings.v1',
  title: 'Settings of an account',
  description:
    'The newest settings of one account as one versioned document; a tombstone when the account was deleted.',
  schema: settingsSchema,
  retention: { kind: 'compacted' },
  key: (document) => document.accountId,
});

/** R1: what a task says and its term where the operator wrote nothing. */
export const defaultTaskText = { answered: 'Обработать звонок: {phone}', missed: 'Перезвонить: {phone}' };
export const DEFAULT_TERM_MINUTES = 60;

/** The defaults of R1: everything off, the integration inactive. */
export function defaultDirection(): DirectionSettings {
  const off = { enabled: false };
  return {
    cells: { answeredUnknown: off, missedUnknown: off, answeredKnown: off, missedKnown: off },
    tagging: { enabled: false, number: 'client' },
    answeredTask: { enabled: false, text: defaultTaskText.answered, dueInMinutes: DEFAULT_TERM_MINUTES },
    missedTask: { enabled: false, text: defaultTaskText.missed, dueInMinutes: DEFAULT_TERM_MINUTES },
    defaultResponsibleUserId: null,
    filteredNumbers: [],
    logCalls: true,
    createAt: 'answer',
    acceptedBy: 'first',
    activeDealScope: 'all',
    hiddenNumbers: 'ignore',
    unsortedRecordWaitSec: 60,
  };
}

export function defaultIntegration(): IntegrationSettings {
  return {
    active: false,
    portalId: null,
    incoming: { ...defaultDirection(), personalManagerRouting: false },
    outgoing: defaultDirection(),
  };
}
