import { type WaitingCalls } from '@perezvon/contracts';
import { type Localized } from '@perezvon/service';
import { reasonWords } from '../journal/effect-words.js';
import { callStateWords } from '../journal/story-words.js';
import { type CallsWithoutEnd } from '../journal/calls-without-end.js';
import { advice } from './advice-words.js';

/** What calls wait for before their decision, for a person (rules.md R11). */
export interface WaitingCallsView {
  /** As in `calls.states.v1`. */
  readonly state: WaitingCalls['waiting'][number]['state'];
  readonly text: string;
  readonly count: number;
  /** Since when the oldest of them waits. */
  readonly since: string;
}

export function waitingInWords(waiting: WaitingCalls['waiting'], language: keyof Localized): WaitingCallsView[] {
  return waiting.map(({ state, count, oldestAt }) => ({
    state,
    text: callStateWords[state]?.[language] ?? state,
    count,
    since: oldestAt,
  }));
}

export interface CallsWithoutEndView extends CallsWithoutEnd {
  readonly text: string;
  readonly advice: string;
}

/** R4: the operator is warned of talks whose end never came. */
export function withoutEndInWords(calls: CallsWithoutEnd, language: keyof Localized): CallsWithoutEndView {
  const reason = { code: 'talk_without_end' };
  return {
    ...calls,
    text: reasonWords(reason)[language],
    advice: (advice[reason.code] ?? reasonWords(reason))[language],
  };
}
