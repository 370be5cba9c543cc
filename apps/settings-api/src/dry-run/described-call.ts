import { createHash } from 'node:crypto';
import { type CallFacts, evolve } from '@perezvon/calls';
import { type CallEmployee, type CallEvent, type PbxEmployee } from '@perezvon/contracts';
import { parsePhone } from '@perezvon/phone';

/** A call as a person describes it; what is left out is the ordinary case. */
export interface DescribedCall {
  readonly direction: 'in' | 'out';
  /** In any spelling; null: the number is hidden. */
  readonly phone: string | null;
  readonly outcome: 'answered' | 'missed';
  readonly clientKnown: boolean;
  readonly talkSec: number;
  readonly employeeId: string | null;
}

const ringSec = 10;

/**
 * What the PBX would have told of such a call by its end: it rang, was answered or not, and ended with a record.
 *
 * @param endedAt ISO 8601 UTC
 */
export function factsOfDescribed(
  call: DescribedCall,
  accountId: string,
  employees: readonly PbxEmployee[],
  endedAt: string,
): CallFacts {
  const isAnswered = call.outcome === 'answered';
  const talkSec = isAnswered ? call.talkSec : 0;
  const totalSec = ringSec + talkSec;
  const employee = employeeOf(employees.find((each) => each.employeeId === call.employeeId));
  const at = (second: number): string => new Date(Date.parse(endedAt) - (totalSec - second) * 1000).toISOString();
  const told = (type: CallEvent['type'], second: number, more: Partial<CallEvent>): CallEvent => ({
    schema_version: 1,
    account_id: accountId,
    source: 'canonical',
    type,
    call_id: 'described',
    direction: call.direction,
    client: clientOf(call.phone),
    event_id: hashOf(type),
    content_hash: hashOf(type),
    occurred_at: at(second),
    occurred_at_quality: 'pbx_utc',
    received_at: at(second),
    origin: 'push',
    ...more,
  });
  const end = told('call.ended', totalSec, {
    outcome: isAnswered ? 'answered' : call.direction === 'out' ? 'not_reached' : 'missed',
    wait_sec: ringSec,
    talk_sec: talkSec,
    total_sec: totalSec,
    employee,
    ...(isAnswered && { participants: [{ employee, talked: true, talk_sec: talkSec }] }),
  });
  const rung = evolve(evolve(null, told('call.started', 0, {})), told('leg.ringing', 1, { employee }));
  return evolve(isAnswered ? evolve(rung, told('leg.answered', ringSec, { employee })) : rung, end);
}

function clientOf(phone: string | null): CallEvent['client'] {
  if (phone === null) return { raw: null, e164: null, kind: 'hidden' };
  const { e164, kind } = parsePhone(phone);
  return { raw: phone, e164, kind };
}

function employeeOf(employee: PbxEmployee | undefined): CallEmployee | null {
  if (employee === undefined) return null;
  const { pbxId, login, ext, phones, name } = employee;
  return { pbx_id: pbxId, login, ext, phone: phones[0] ?? null, name };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
