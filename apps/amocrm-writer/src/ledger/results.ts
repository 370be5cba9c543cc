import { results, type CrmResult } from '@perezvon/contracts';
import type { OutboxRecord } from '@perezvon/postgres';
import type { EffectRow } from './effect-row.js';
import type { EffectState } from './effect-state.js';

/**
 * Which state a person or the engine is told about: every settled one, every doubt, and each reason for waiting once.
 * Null = nothing new. What is told is kept in the row, so that a retry every few minutes is one line in the journal.
 */
export function newsOf({ state, reported, command }: EffectRow): string | null {
  if (state.is === 'sending') return null;
  if (state.is === 'waiting' && state.reason === null) return null;
  const reason = 'reason' in state ? state.reason : null;
  const news = `${state.is}:${reason ?? ''}:${command.revision}`;
  return news === reported ? null : news;
}

/** The message of crm.results.v1 for an effect as it now stands. */
export function resultOf(effect: EffectRow, at: Date): OutboxRecord {
  const { command, state } = effect;
  const result: CrmResult = {
    accountId: command.accountId,
    portalId: command.portalId,
    lane: effect.lane === '' ? command.lane : effect.lane,
    callId: command.callId,
    effect: command.effect,
    commandId: command.commandId,
    revision: command.revision,
    phone: command.phone,
    state: state.is,
    entities: effect.entities,
    existed: effect.existed,
    ruleIds: [...new Set([...command.ruleIds, ...effect.ruleIds])],
    reasons: [...effect.reasons],
    reason: reasonOf(effect, state),
    attempts: effect.attempts,
    at: at.toISOString(),
  };
  return { topic: results.topic, key: results.key(result), value: JSON.stringify(results.parse(result)) };
}

/** `code: amoCRM's own words`, masked by libs/amocrm, at most as long as the contract allows. */
function reasonOf({ detail }: EffectRow, state: EffectState): string | null {
  if (state.is === 'sending' || state.reason === null) return null;
  return (detail === null || state.is === 'done' ? state.reason : `${state.reason}: ${detail}`).slice(0, 200);
}
