/** What a PBX may tell of a call of the one client that the doors' specs know. */
export const CLIENT = '79161112233';

/** `pbx.call-events.v1` of account `acc-1`. */
export function ended(callId: string, over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schema_version: 1,
    account_id: 'acc-1',
    source: 'uis',
    type: 'call.ended',
    call_id: callId,
    occurred_at: new Date().toISOString(),
    direction: 'in',
    client: { raw: CLIENT },
    virtual_number: { raw: '74951112233' },
    employee: { pbx_id: '7' },
    talk_sec: 12,
    ...over,
  };
}

/** Deeper than `JSON.stringify` and PostgreSQL can follow. */
export function nestedDeep(callId: string): string {
  const open = JSON.stringify(ended(callId)).slice(0, -1);
  return `${open},"raw":${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}}`;
}

/** UIS: the end of a talk. */
export function notification(callId: string): Record<string, unknown> {
  return {
    notification_name: 'Завершение звонка',
    call_session_id: callId,
    contact_phone_number: `+${CLIENT}`,
    virtual_phone_number: '74951112233',
    direction: 'in',
    employee_id: '7',
    talk_time_duration: '12',
  };
}

/** ITooLabs: an employee has taken the call. */
export const accepted = (callid: string) => ({ cmd: 'event', type: 'ACCEPTED', callid, phone: CLIENT, user: 'ivanov' });
