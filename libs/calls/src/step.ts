import type { ClientLookup, Settings } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import type { Plan } from './plan.js';
import type { CallProgress } from './progress.js';

/** What is fixed about the call from its first event on (R3). */
export interface CallIdentity {
  readonly callId: string;
  /** The first id by which the call was known (R9 `uniq`). */
  readonly pbxCallId: string;
  /** The version that counted when the call was first stored. */
  readonly settings: Settings;
}

/** What is true around the call now. */
export interface Surroundings {
  /** R11: false once the operator has switched the integration off, whatever the call's own version says. */
  readonly stillActive: boolean;
  /** The lane of the call's portal; null while the writer has not seen the amoCRM account. */
  readonly lane: string | null;
  /** What the directory knows of the client now; null = it cannot know (R5). */
  readonly client: ClientLookup | null;
  readonly now: string;
  /** The newest event. */
  readonly causedByEventId: string;
}

/** Everything one step looks at. */
export interface Step {
  readonly identity: CallIdentity;
  /** With the end that counts. */
  readonly facts: CallFacts;
  readonly around: Surroundings;
  readonly plan: Plan;
  readonly before: CallProgress;
}
