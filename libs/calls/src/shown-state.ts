import type { CallState, CallStateChange } from '@perezvon/contracts';
import type { Wait } from './ending.js';
import { verdictOf } from './outcome.js';
import type { CallProgress } from './progress.js';
import type { Step } from './step.js';

/**
 * R11, R16: a call that waits is seen to wait, and for what. A call that goes straight through says nothing here: its
 * decision is its account.
 */
export function shownState(
  state: CallProgress['state'],
  step: Step,
): { readonly now: CallProgress['shown']; readonly change: CallStateChange | null } {
  const { before, identity, facts, around } = step;
  const now = waitOf(state, step);
  if (now?.state === before.shown?.state && now?.until === before.shown?.until) return { now, change: null };
  return {
    now,
    change: {
      accountId: facts.accountId,
      callId: identity.callId,
      pbxCallId: identity.pbxCallId,
      portalId: identity.settings.integration.portalId,
      phone: facts.client.e164,
      direction: facts.direction,
      state: now?.state ?? stateAfterWait(state, step),
      since: around.now,
      until: now?.until ?? null,
    },
  };
}

const waitState: Record<Wait['for'], CallState> = {
  record: 'awaiting_record',
  report: 'awaiting_report',
  recording: 'awaiting_recording',
};

function waitOf(state: CallProgress['state'], { plan: { wait } }: Step): CallProgress['shown'] {
  if (state === 'awaiting_client' || state === 'awaiting_portal') return { state, until: null };
  return state === 'following' && wait ? { state: waitState[wait.for], until: wait.until } : null;
}

function stateAfterWait(state: CallProgress['state'], { facts }: Step): CallState {
  if (state !== 'following') return state;
  return verdictOf(facts)?.kind === 'answered' ? 'talking' : 'ringing';
}
