import { setTimeout as sleep } from 'node:timers/promises';

/** A call as the baselines take it: what an integration written the usual way would be given. */
export interface BaselineCall {
  readonly url: string;
  readonly phone: string;
  /** First id by which the PBX knew the call. */
  readonly uniq: string;
}

export const baselineTopic = 'chaos.calls.v1';
export const baselineQueue = 'calls';

const TIMEOUT_MS = 5_000;
/** Seven a second for an account. */
const PACE_MS = 150;

/**
 * Contact with deal, then the call's note: each request is sent, and anything but a good answer is an error. What to do
 * about an error is the caller's business; everybody's answer is to try again.
 */
export async function writeCall({ url, phone, uniq }: BaselineCall, token: string): Promise<void> {
  const post = async (path: string, body: object): Promise<unknown> => {
    await sleep(PACE_MS);
    const answer = await fetch(`${url}/api/v4/${path}`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify([body]),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(`${path} was answered with ${String(answer.status)}`);
    return answer.json();
  };
  const contact = { name: 'Новый клиент', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone }] }] };
  const made = await post('leads/complex', { name: 'Звонок', _embedded: { contacts: [contact] } });
  const leadId = idOf(made);
  await post(`leads/${String(leadId)}/notes`, {
    note_type: 'call_in',
    params: { uniq, duration: 65, source: 'АТС', phone, call_status: 4 },
  });
}

function idOf(made: unknown): number {
  if (Array.isArray(made)) {
    const [first] = made as unknown[];
    if (typeof first === 'object' && first !== null && 'id' in first && typeof first.id === 'number') return first.id;
  }
  throw new Error('the answer does not name the deal');
}
