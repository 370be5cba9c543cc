import type { CellName, DirectionSettings, EffectName, Intent, Reason, Settings } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import type { Moment, Wait } from './ending.js';
import type { CallEnd } from './ends.js';
import type { Verdict } from './outcome.js';

/** What the decision may know besides the call itself. Time and knowledge come in; nothing is asked from here. */
export interface Situation extends Moment {
  readonly settings: Settings;
  /** R3: frozen at the first event that carried the number; null = not known yet. */
  readonly clientKnown: boolean | null;
  /** Effects this call was already promised, by earlier decisions (R15). */
  readonly promised: ReadonlySet<EffectName>;
  /** What the end, or the first creation, was decided as; once answered, always answered (R15). */
  readonly decidedAs: 'answered' | 'missed' | null;
}

export interface Plan {
  /** Everything that should stand in amoCRM by what is known now; what was promised before may be missing here. */
  readonly effects: readonly PlannedEffect[];
  readonly reasons: readonly Reason[];
  readonly cell: CellName | null;
  /** `client`: whether amoCRM knows the number must be found out before anything is decided. */
  readonly needs: 'client' | null;
  /** What the call waits for by itself, visibly. */
  readonly wait: Wait | null;
  /** Decide again at this time even if no event comes. */
  readonly wakeAt: string | null;
  /** The end that this plan rests on, the PBX's or an inferred one; null = the call goes on, or its end has to settle. */
  readonly ended: CallEnd | null;
}

export interface PlannedEffect {
  readonly effect: EffectName;
  readonly intent: Intent;
  readonly after: readonly EffectName[];
  readonly ruleIds: readonly string[];
  /** What the journal says of it. */
  readonly reason: Reason;
  /** R11, original times: when the event happened that this effect follows from, by the PBX's clock. */
  readonly causedAt: string;
}

/** A call that is answered or over, in the settings of its direction: what the rules of creations, tasks and notes ask. */
export interface Occasion {
  /** With the end that counts. */
  readonly facts: CallFacts;
  readonly verdict: Exclude<Verdict, { kind: 'ignored' }>;
  readonly direction: DirectionSettings;
  readonly clientKnown: boolean;
  readonly situation: Situation;
}

/** What one rule contributes to the plan. */
export interface Part {
  readonly effects: readonly PlannedEffect[];
  readonly reasons: readonly Reason[];
  readonly wait: Wait | null;
}

export const none = (...reasons: readonly Reason[]): Part => ({ effects: [], reasons, wait: null });

export const promise = (effects: readonly PlannedEffect[], ...more: readonly Reason[]): Part => ({
  effects,
  reasons: [...effects.map((planned) => planned.reason), ...more],
  wait: null,
});

export const endedAt = ({ ended, startedAt }: { ended: CallEnd | null; startedAt: string }) => ended?.at ?? startedAt;
