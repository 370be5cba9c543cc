import { type CallDirection } from '@perezvon/contracts';

/**
 * Calls that our side placed: by the Call API, back to who was lost, by a campaign (reference/pbx-events.md §2.3, §4.6).
 * Others (`sitephone`, `lead`, `amocrm`) are told by the PBX as what they are.
 */
const CALLED_BY_US = /^(?:callapi|auto_back_call_by_lost_call$|auto_out_calls$)/i;

/** Such a call is reported as incoming unless its maker said otherwise: the client stays the client, the direction turns. */
export function turnedCallBack(reported: CallDirection, callSource: string | null): CallDirection {
  return reported === 'in' && CALLED_BY_US.test(callSource ?? '') ? 'out' : reported;
}
