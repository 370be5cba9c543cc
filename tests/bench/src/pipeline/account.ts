import { defaultIntegration, type Portal, type Settings } from '@perezvon/contracts';
import { ACCOUNT } from '../ingest/input.js';

const PORTAL = '0192f0c1-0000-7000-8000-0000000000b1';
export const LANE = 'ru:bench';
export const RESPONSIBLE = 501;

/** An account for which every call means work: contact, deal, note, tags and task, in both directions. */
export function busyAccount(): Settings {
  const integration = defaultIntegration();
  const deal = { enabled: true, action: 'create_contact_and_deal', pipelineId: 10, statusId: 11 } as const;
  for (const direction of [integration.incoming, integration.outgoing]) {
    direction.cells = { answeredUnknown: deal, missedUnknown: deal, answeredKnown: deal, missedKnown: deal };
    direction.defaultResponsibleUserId = RESPONSIBLE;
    direction.tagging = { enabled: true, number: 'client' };
    direction.answeredTask = { ...direction.answeredTask, enabled: true };
  }
  const employeeId = '0192f0c1-0000-7000-8000-0000000000e1';
  const employee = { employeeId, pbxId: '40017', login: 'petrova', ext: '102', phones: ['+79035550101'] };
  return {
    accountId: ACCOUNT,
    version: 1,
    updatedAt: new Date().toISOString(),
    name: 'Bench',
    integration: {
      ...integration,
      active: true,
      portalId: PORTAL,
      incoming: { ...integration.incoming, personalManagerRouting: true },
    },
    portals: [{ portalId: PORTAL, name: null, url: 'https://bench.amocrm.ru', credentialsRevision: 1 }],
    employees: [employee],
    mapping: [{ employeeId, crmUserId: RESPONSIBLE }],
    sources: [],
  };
}

/** A portal whose clients are all mirrored: no call waits for a look at amoCRM. */
export function mirroredPortal(): Portal {
  const asOf = new Date().toISOString();
  return {
    portalId: PORTAL,
    accountId: ACCOUNT,
    lane: LANE,
    readAt: asOf,
    stop: null,
    pipelines: [],
    users: [{ id: RESPONSIBLE, name: 'Петрова', isActive: true }],
    taskTypes: [],
    mirror: { isComplete: true, completeBackTo: null, asOf },
  };
}
