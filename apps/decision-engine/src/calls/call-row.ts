import type { CallFacts, CallProgress } from '@perezvon/calls';

/**
 * One call as Postgres holds it, or will hold it once its first transaction commits. `awaiting_settings`: the account's settings have not reached the engine yet; the facts
 * are kept and nothing is decided.
 */
export interface CallRow {
  readonly callId: string;
  /** False in the transaction that founds it: its row is written when its first step is done. */
  readonly isStored: boolean;
  readonly accountId: string;
  readonly pbxCallId: string;
  readonly settingsVersion: number | null;
  readonly portalId: string | null;
  readonly phone: string | null;
  readonly facts: CallFacts | null;
  readonly progress: CallProgress;
  readonly state: CallProgress['state'] | 'awaiting_settings';
  readonly lastEventId: string;
  readonly firstSeenAt: string;
  readonly wakeAt: string | null;
  /** Since when it waits for the same thing; null = it waits for nothing. */
  readonly waitingSince: string | null;
}
