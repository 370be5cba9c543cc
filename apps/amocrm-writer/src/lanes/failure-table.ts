import type { InDoubt, Rejected, Retry, StopPortal } from '@perezvon/amocrm';
import { stoppingOf, type Stopping } from '../portals/portal-stop.js';

/**
 * What the end of a request means beyond the effects it was for: the one table of the lane. What it means for an effect is
 * `writes/outcome.ts`; which answer ends in which kind is `libs/amocrm`'s error table.
 *
 * | ended as                                | the portal             | the lane                        | what it was for        |
 * | --------------------------------------- | ---------------------- | ------------------------------- | ---------------------- |
 * | stop_portal (401, 402, 403, no token)   | stops, a probe later   | goes on with its other portals  | waits                  |
 * | retry: 429, no connection, 5xx to a read | —                     | pauses, longer with each turn   | waits                  |
 * | retry: we lost the lease, or stop       | —                      | —                               | waits, due at once     |
 * | rejected (a read amoCRM will not answer) | —                     | —                               | parked                 |
 * | in_doubt with a 5xx                     | —                      | pauses: servers that break down | looked for             |
 * | in_doubt without an answer              | —                      | —                               | looked for             |
 */
export type LaneMeaning =
  | { readonly kind: 'stop_portal'; readonly stop: Stopping }
  | { readonly kind: 'pause_lane'; readonly reason: string; readonly afterMs: number }
  | { readonly kind: 'try_again'; readonly reason: string }
  | { readonly kind: 'never'; readonly reason: string }
  | { readonly kind: 'nothing' };

export function laneMeaningOf(result: Rejected | Retry | StopPortal | InDoubt): LaneMeaning {
  switch (result.kind) {
    case 'stop_portal':
      return { kind: 'stop_portal', stop: stoppingOf(result) };
    case 'retry':
      // amoCRM has done nothing wrong.
      if (result.reason === 'send_refused' || result.reason === 'aborted_before_send') {
        return { kind: 'try_again', reason: 'writer_stopped' };
      }
      return { kind: 'pause_lane', reason: result.reason, afterMs: result.afterMs ?? 0 };
    case 'rejected':
      return { kind: 'never', reason: result.reason };
    case 'in_doubt':
      return (result.status ?? 0) >= 500
        ? { kind: 'pause_lane', reason: result.reason, afterMs: 0 }
        : { kind: 'nothing' };
  }
}

/**
 * A lane's pause in milliseconds, or what amoCRM asked for: 1 s doubling to 20 s, so that an outage of minutes is over for us
 * within 30 s of its end; a lane that fails for longer than some ten minutes is tried every 5 min.
 */
export function pauseMsAfter(failedTurns: number, askedMs: number): number {
  const growing = Math.min(1_000 * 2 ** Math.min(failedTurns, 16), shortOutageMs);
  return Math.max(askedMs, failedTurns < turnsOfShortOutage ? growing : longestPauseMs);
}

const shortOutageMs = 20_000;
const turnsOfShortOutage = 36;
export const longestPauseMs = 5 * 60_000;
