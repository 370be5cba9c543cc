import { createHash } from 'node:crypto';
import {
  defaultIntegration,
  type CallEvent,
  type CellName,
  type CellSettings,
  type DirectionSettings,
  type Settings,
} from '@perezvon/contracts';
import { evolve, type CallFacts } from '../call-facts.js';
import type { Situation } from '../plan.js';

/** The words in which the specs of the domain speak: an account's settings, and the events of one call. */

export const CLIENT = '+79161234567';
export const VIRTUAL = '+74951112233';
export const PETROVA = { pbx_id: '40017', login: 'petrova', ext: '102' };
export const SIDOROV = { pbx_id: '40018', login: 'sidorov', ext: '103' };
export const PETROVA_IN_CRM = 501;
export const DEFAULT_INCOMING = 101;
export const DEFAULT_OUTGOING = 102;
export const PIPELINE = 10;
export const STAGE = 11;

/** A PBX source whose lost calls can be asked for (R4). */
export const PULLED: Settings['sources'][number] = {
  sourceId: '00000000-0000-4000-8000-000000000021',
  kind: 'uis',
  instance: null,
  timeZone: 'Europe/Moscow',
  settleDelaySec: 20,
  ringLimitSec: 120,
  routeFallback: 'branch',
  secretHash: 'c'.repeat(64),
  pull: { enabled: true, url: 'https://dataapi.uiscom.ru', sealedToken: 'sealed' },
};

const PORTAL = '00000000-0000-4000-8000-000000000001';
const EMPLOYEE = '00000000-0000-4000-8000-000000000017';

const hash = (...parts: readonly unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

export function settingsWith(change: {
  active?: boolean;
  incoming?: Partial<Settings['integration']['incoming']>;
  outgoing?: Partial<DirectionSettings>;
  cells?: Partial<Record<CellName, CellSettings>>;
  sources?: Settings['sources'];
  /** Instead of Petrova alone. */
  employees?: Settings['employees'];
  mapping?: Settings['mapping'];
}): Settings {
  const defaults = defaultIntegration();
  const cells = { ...defaults.incoming.cells, ...change.cells };
  return {
    accountId: 'acc-17',
    version: 3,
    updatedAt: '2025-03-01T00:00:00.000Z',
    name: 'Ромашка',
    integration: {
      active: change.active ?? true,
      portalId: PORTAL,
      incoming: { ...defaults.incoming, defaultResponsibleUserId: DEFAULT_INCOMING, cells, ...change.incoming },
      outgoing: { ...defaults.outgoing, defaultResponsibleUserId: DEFAULT_OUTGOING, cells, ...change.outgoing },
    },
    portals: [{ portalId: PORTAL, name: null, url: 'https://demo.amocrm.ru', credentialsRevision: 1 }],
    employees: change.employees ?? [
      { employeeId: EMPLOYEE, pbxId: '40017', login: 'petrova', ext: '102', phones: ['+79035550101'] },
    ],
    mapping: change.mapping ?? [{ employeeId: EMPLOYEE, crmUserId: PETROVA_IN_CRM }],
    sources: change.sources ?? [],
  };
}

export const withDeal: CellSettings = {
  enabled: true,
  action: 'create_contact_and_deal',
  pipelineId: PIPELINE,
  statusId: STAGE,
};
export const withUnsorted: CellSettings = { enabled: true, action: 'create_unsorted', pipelineId: PIPELINE };
export const withContact: CellSettings = { enabled: true, action: 'create_contact' };
export const withDealAlways: CellSettings = {
  enabled: true,
  action: 'create_deal_always',
  pipelineId: PIPELINE,
  statusId: STAGE,
};

const START_MS = Date.parse('2025-03-04T09:12:00.000Z');

/** That many seconds after the call's start; ISO 8601 UTC. */
export const instantAt = (second: number): string => new Date(START_MS + second * 1000).toISOString();

/** One event of the call; `second` is its time after the call's start. */
export function event(type: CallEvent['type'], second: number, more: Partial<CallEvent> = {}): CallEvent {
  const at = instantAt(second);
  const call_id = more.call_id ?? '1002003004';
  const leg = more.leg_id ?? more.employee?.pbx_id ?? '-';
  return {
    schema_version: 1,
    event_id: hash(
      'acc-17',
      call_id,
      type,
      type.startsWith('leg.') ? leg : (more.outcome_detail ?? ''),
      more.record?.url ?? '',
    ),
    content_hash: hash(
      more.direction,
      more.outcome,
      more.outcome_detail,
      more.talk_sec,
      more.employee,
      more.client?.e164,
    ),
    account_id: 'acc-17',
    source: 'uis',
    type,
    call_id,
    direction: 'in',
    client: { raw: '79161234567', e164: CLIENT, kind: 'e164' },
    virtual_number: { raw: '74951112233', e164: VIRTUAL },
    occurred_at: at,
    occurred_at_quality: 'pbx_utc',
    received_at: at,
    origin: 'push',
    ...more,
  };
}

const HIDDEN = { raw: 'anonymous', e164: null, kind: 'hidden' } as const;
export const hidden: Partial<CallEvent> = { client: HIDDEN };
export const outgoing: Partial<CallEvent> = { direction: 'out' };

export const started = (more?: Partial<CallEvent>) => event('call.started', 0, more);
export const ringing = (employee = PETROVA, more?: Partial<CallEvent>) =>
  event('leg.ringing', 2, { employee, ...more });
export const answered = (employee: CallEvent['employee'] = PETROVA, more?: Partial<CallEvent>) =>
  event('leg.answered', 11, { employee, ...more });
export const endedAnswered = (more?: Partial<CallEvent>) =>
  event('call.ended', 71, {
    outcome: 'answered',
    employee: PETROVA,
    wait_sec: 11,
    talk_sec: 60,
    total_sec: 71,
    ...more,
  });
export const endedMissed = (more?: Partial<CallEvent>) =>
  event('call.ended', 30, { outcome: 'missed', wait_sec: 30, talk_sec: 0, total_sec: 30, ...more });
export const recorded = (url = 'https://media.cp.megafon.ru/r/1.mp3?sign=a', more?: Partial<CallEvent>) =>
  event('call.record_ready', 90, { record: { url, duration_sec: 60 }, ...more });

export function callOf(...events: readonly CallEvent[]): CallFacts {
  const facts = events.reduce<CallFacts | null>((known, next) => evolve(known, next), null);
  if (facts === null) throw new Error('a call has at least one event');
  return facts;
}

export function situation(settings: Settings, more: Partial<Situation> = {}): Situation {
  return {
    settings,
    clientKnown: false,
    promised: new Set(),
    decidedAs: null,
    endedAs: null,
    now: '2025-03-04T10:00:00.000Z',
    heardAt: '2025-03-04T09:50:00.000Z',
    ...more,
  };
}
