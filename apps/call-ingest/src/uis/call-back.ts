import { type CallDirection } from '@perezvon/contracts';

/**
 * A call-back that the Call API placed is reported as incoming unless its maker said otherwise (reference/pbx-events.md
 * §2.3): the client stays the client, the direction turns.
 */
export function turnedCallBack(reported: CallDirection, callSource: string | null): CallDirection {
  return reported === 'in' && /^callapi/i.test(callSource ?? '') ? 'out' : reported;
}
