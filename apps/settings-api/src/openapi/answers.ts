import {
  callState,
  cellName,
  connectionTest,
  decisionSchema,
  effectName,
  effectState,
  integrationSettings,
  portalSchema,
  portalStatus,
  rejectedItem,
  replayOutcome,
  settingsSchema,
  sourceActivity,
  waitingEffect,
} from '@perezvon/contracts';
import { z } from 'zod';
import { accountRoles } from '../access/access.js';
import { journalStates } from '../journal/journal-call.js';

/** What each route answers with when all is well: checked against real answers by the fuzz spec. */

const pbxEmployee = settingsSchema.shape.employees.element;
const pbxSource = settingsSchema.shape.sources.element;
const instant = z.iso.datetime();
const id = z.uuid();
const list = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

const account = z.object({
  accountId: z.string(),
  name: z.string(),
  version: z.int(),
  createdAt: instant,
  updatedAt: instant,
});
const session = z.object({
  role: z.enum(['platform_admin', ...accountRoles]),
  accountId: z.string().nullable(),
  accountName: z.string().nullable(),
  userId: id.nullable(),
  name: z.string(),
  kind: z.enum(['user', 'api_key', 'platform_key', 'service']),
  csrfToken: z.string().nullable(),
});
const user = z.object({
  userId: id,
  login: z.string(),
  name: z.string(),
  role: z.enum(['platform_admin', ...accountRoles]),
  isDisabled: z.boolean(),
  createdAt: instant,
  lastLoginAt: instant.nullable(),
});
const apiKey = z.object({
  keyId: id,
  name: z.string(),
  role: z.enum(accountRoles),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
});
const portal = z.object({
  portalId: id,
  name: z.string().nullable(),
  url: z.string(),
  hasCredentials: z.boolean(),
  createdAt: instant,
});
const crm = z.looseObject({
  ...portalSchema.pick({ readAt: true, stop: true, pipelines: true, users: true, taskTypes: true }).shape,
  ageSec: z.int().nullable(),
});
const understood = z.array(z.object({ line: z.string(), number: z.string() }));
const understoodNumbers = z.object({ understood, repeated: understood });
const integrationSaved = integrationSettings.extend({
  understood: z.object({ incoming: understoodNumbers, outgoing: understoodNumbers }),
});
const problem = z.object({ path: z.string(), code: z.string(), message: z.string(), field: z.string().optional() });
const source = z.looseObject({
  ...pbxSource.pick({ sourceId: true, kind: true, timeZone: true, settleDelaySec: true, ringLimitSec: true }).shape,
  createdAt: instant,
});
const seenEmployee = z.object({
  pbxId: z.string().nullable(),
  login: z.string().nullable(),
  ext: z.string().nullable(),
  phone: z.string().nullable(),
  name: z.string().nullable(),
  seenAt: instant,
});
const mapping = z.array(z.object({ employeeId: id, crmUserId: z.int() }));
const suggestion = z.object({
  employeeId: id,
  crmUserId: z.int(),
  crmUserName: z.string(),
  by: z.enum(['email', 'phone', 'name']),
});
const callLine = z.object({
  callId: id,
  pbxCallId: z.string(),
  startedAt: instant,
  direction: decisionSchema.shape.direction,
  phone: z.string().nullable(),
  virtualNumber: z.string().nullable(),
  outcome: decisionSchema.shape.outcome,
  talkSec: z.int().nullable(),
  employee: z.string().nullable(),
  cell: cellName.nullable(),
  state: z.enum(journalStates),
  effects: z.array(z.object({ effect: effectName, state: effectState, reason: z.string().nullable() })),
});
const outcomeCounts = z.array(z.object({ outcome: decisionSchema.shape.outcome, count: z.int() }));
const callTotals = z.object({
  calls: z.int(),
  byOutcome: outcomeCounts,
  byHour: z.array(z.object({ hour: z.int(), byOutcome: outcomeCounts })),
  made: z.array(z.object({ effect: effectName, count: z.int() })),
});
const callStory = callLine.extend({
  recordUrls: z.array(z.string()),
  settingsVersion: z.int().nullable(),
  lines: z.array(
    z.object({
      at: instant,
      kind: z.enum(['event', 'routing', 'decision', 'reason', 'lookup', 'operation', 'state']),
      text: z.string(),
      ruleId: z.string().nullable(),
      links: z.array(z.object({ text: z.string(), url: z.string() })),
    }),
  ),
});
const foreseen = z.object({
  cell: cellName.nullable(),
  cellName: z.string().nullable(),
  isIncomplete: z.boolean(),
  effects: z.array(
    z.object({ effect: effectName, moment: z.enum(['answer', 'end']), ruleIds: z.array(z.string()), text: z.string() }),
  ),
  reasons: z.array(z.object({ ruleId: z.string(), code: z.string(), text: z.string() })),
});
const dryRun = z.object({
  isActive: z.boolean(),
  problems: z.array(problem),
  items: z.array(
    z.object({
      call: z.object({
        callId: id.nullable(),
        direction: decisionSchema.shape.direction,
        phone: z.string().nullable(),
        startedAt: instant,
        clientKnown: z.boolean(),
      }),
      now: foreseen,
      then: foreseen,
      differences: z.array(
        z.object({ kind: z.enum(['added', 'removed', 'changed']), effect: effectName, text: z.string() }),
      ),
    }),
  ),
});
const condition = z.object({
  kind: z.enum(['stop', 'trouble', 'limit', 'parked', 'notice']),
  code: z.string(),
  text: z.string(),
  advice: z.string(),
  waiting: z.int(),
  since: instant,
  until: instant.nullable(),
  runbook: z.string(),
});
const status = z.object({
  isActive: z.boolean(),
  portals: z.array(
    portal.extend({ isChosen: z.boolean(), status: portalStatus.nullable(), conditions: z.array(condition) }),
  ),
  parked: z.array(condition),
  activity: sourceActivity.nullable(),
  waitingCalls: z.array(z.object({ state: callState, text: z.string(), count: z.int(), since: instant })).nullable(),
  callsWithoutEnd: z
    .object({ count: z.int(), since: instant, callIds: z.array(z.uuid()), text: z.string(), advice: z.string() })
    .nullable(),
  problems: z.object({ blocking: z.int(), broken: z.int(), warnings: z.int() }),
  unavailable: z.array(z.string()),
  health: z.object({ level: z.enum(['ok', 'warning', 'error', 'off']), text: z.string() }),
});
const retention = z.object({
  days: z.int(),
  ownDays: z.int().nullable(),
  defaultDays: z.int(),
  leastDays: z.int(),
  mostDays: z.int(),
});
const connection = z.object({
  ok: z.boolean(),
  text: z.string(),
  checks: z.array(connectionTest.shape.checks.element.extend({ text: z.string(), advice: z.string().nullable() })),
});
const auditLine = z.object({
  revision: z.int(),
  at: instant,
  actor: z.object({ kind: session.shape.kind, id: id.nullable(), name: z.string() }),
  change: z.string(),
  subject: z.string().nullable(),
  text: z.string(),
  differences: z.array(z.object({ path: z.string(), text: z.string(), before: z.unknown(), after: z.unknown() })),
  differencesUntold: z.int(),
  canBeRestored: z.boolean(),
});

/** By `Controller.method`; null: an answer without a body. */
export const answers: Readonly<Record<string, z.ZodType | null>> = {
  'SessionController.get': session,
  'SessionController.open': session,
  'SessionController.close': null,
  'SessionController.changePassword': session,
  'AccountsController.list': list(account),
  'AccountsController.create': account,
  'AccountsController.get': account,
  'AccountsController.rename': account,
  'AccountsController.remove': null,
  'UsersController.list': list(user),
  'UsersController.create': user,
  'UsersController.edit': user,
  'UsersController.remove': null,
  'PlatformAdminsController.list': list(user),
  'PlatformAdminsController.create': user,
  'PlatformAdminsController.edit': user,
  'PlatformAdminsController.remove': null,
  'ApiKeysController.list': list(apiKey),
  'ApiKeysController.create': z.object({ keyId: id, key: z.string() }),
  'ApiKeysController.edit': apiKey,
  'ApiKeysController.remove': null,
  'PortalsController.list': list(portal),
  'PortalsController.add': portal,
  'PortalsController.get': portal,
  'PortalsController.edit': portal,
  'PortalsController.remove': null,
  'PortalsController.putCredentials': null,
  'PortalsController.crm': crm,
  'PortalOperationsController.test': connection,
  'PortalOperationsController.refresh': null,
  'OauthController.begin': z.object({ url: z.string() }),
  'OauthController.finish': null,
  'IntegrationController.get': integrationSettings,
  'IntegrationController.put': integrationSaved,
  'IntegrationController.readNumbers': understoodNumbers.extend({
    wrong: z.array(z.object({ line: z.string(), code: z.string(), message: z.string() })),
  }),
  'IntegrationController.problems': list(
    problem.extend({ severity: z.enum(['blocks_activation', 'broken', 'warning']) }),
  ),
  'PeopleController.employees': z.array(pbxEmployee),
  'PeopleController.putEmployees': z.array(pbxEmployee),
  'PeopleController.discovered': list(seenEmployee),
  'PeopleController.mapping': mapping,
  'PeopleController.putMapping': mapping,
  'PeopleController.suggestions': list(suggestion),
  'PbxSourcesController.list': list(source),
  'PbxSourcesController.add': source.extend({ secret: z.string() }),
  'PbxSourcesController.edit': source.extend({ secret: z.string().optional() }),
  'PbxSourcesController.remove': null,
  'JournalController.search': list(callLine),
  'JournalController.totals': callTotals,
  'JournalController.story': callStory,
  'JournalRetentionController.get': retention,
  'JournalRetentionController.put': retention,
  'DryRunController.run': dryRun,
  'StatusController.get': status,
  'EffectsController.list': list(waitingEffect.extend({ text: z.string() })),
  'EffectsController.retry': null,
  'EffectsController.discard': null,
  'RejectedController.list': list(rejectedItem),
  'RejectedController.replay': replayOutcome,
  'AuditController.list': list(auditLine),
  'AuditController.restore': null,
};
