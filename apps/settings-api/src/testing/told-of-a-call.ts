import { createHash } from 'node:crypto';
import { callIdOf, commandIdOf, decisionIdOf } from '@perezvon/calls';
import {
  type CallDecision,
  type CallEvent,
  type CallState,
  type CallStateChange,
  type CrmResult,
  type EffectName,
  type Route,
} from '@perezvon/contracts';

/** Messages of one call as the other services publish them; `second` counts from the call's start. */

const PORTAL = '00000000-0000-4000-8000-000000000001';
const PHONE = '+79161234567';
const startedAt = Date.parse('2025-03-04T09:12:00.000Z');

const at = (second: number): string => new Date(startedAt + second * 1000).toISOString();
const hash = (...parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

export function event(type: CallEvent['type'], second: number, more: Partial<CallEvent> = {}): CallEvent {
  return {
    schema_version: 1,
    event_id: hash(more.account_id, more.call_id, type, more.employee),
    content_hash: hash(more),
    account_id: 'acc-17',
    source: 'uis',
    type,
    call_id: '1002003004',
    direction: 'in',
    client: { raw: '79161234567', e164: PHONE, kind: 'e164' },
    virtual_number: { raw: '74951112233', e164: '+74951112233' },
    occurred_at: at(second),
    occurred_at_quality: 'pbx_utc',
    received_at: at(second),
    origin: 'push',
    ...more,
  };
}

/** What is said of the call that {@link event} makes, of `acc-17` or of the account that is given. */
export function decision(
  moment: CallDecision['moment'],
  second: number,
  effects: readonly EffectName[],
  more: Partial<CallDecision> = {},
): CallDecision {
  const accountId = more.accountId ?? 'acc-17';
  const callId = callIdIn(accountId);
  return {
    decisionId: decisionIdOf(accountId, callId, second),
    accountId,
    callId,
    pbxCallId: '1002003004',
    portalId: PORTAL,
    settingsVersion: 3,
    moment,
    decidedAt: at(second),
    causedByEventId: hash(moment),
    direction: 'in',
    outcome: 'answered',
    clientKnown: false,
    phone: PHONE,
    cell: 'answeredUnknown',
    effects: effects.map((effect) => ({ effect, commandId: commandIdOf(accountId, callId, effect, 1), revision: 1 })),
    reasons: effects.length === 0 ? [{ ruleId: 'R1', code: 'cell_off' }] : [{ ruleId: 'R9', code: 'call_note' }],
    ...more,
  };
}

export function result(
  effect: EffectName,
  state: CrmResult['state'],
  second: number,
  more: Partial<CrmResult> = {},
): CrmResult {
  const accountId = more.accountId ?? 'acc-17';
  const callId = callIdIn(accountId);
  return {
    accountId,
    portalId: PORTAL,
    lane: 'amocrm.ru:1001',
    callId,
    effect,
    commandId: commandIdOf(accountId, callId, effect, 1),
    revision: 1,
    phone: PHONE,
    state,
    entities: effect === 'contact' ? [{ type: 'contact', id: 501 }] : [],
    existed: false,
    ruleIds: ['R2'],
    reason: state === 'parked' ? 'validation_failed' : null,
    attempts: 1,
    at: at(second),
    ...more,
  };
}

export function state(name: CallState, second: number, more: Partial<CallStateChange> = {}): CallStateChange {
  const accountId = more.accountId ?? 'acc-17';
  return {
    accountId,
    callId: callIdIn(accountId),
    pbxCallId: '1002003004',
    portalId: PORTAL,
    phone: PHONE,
    direction: 'in',
    state: name,
    since: at(second),
    until: null,
    ...more,
  };
}

export function route(second: number, more: Partial<Route> = {}): Route {
  const accountId = more.accountId ?? 'acc-17';
  return {
    routeId: commandIdOf(accountId, callIdIn(accountId), 'contact', 99),
    accountId,
    source: 'uis',
    pbxCallId: '1002003004',
    phone: PHONE,
    decision: 'fallback',
    reason: 'no_contact',
    employee: null,
    defaultEmployee: null,
    contact: null,
    candidates: [],
    asOf: null,
    settingsVersion: 3,
    askedAt: at(second),
    ...more,
  };
}

function callIdIn(accountId: string): string {
  return callIdOf({ account_id: accountId, source: 'uis' }, '1002003004');
}
