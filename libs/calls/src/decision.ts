import type { CallDecision, ClientLookup, EffectCommand, Reason } from '@perezvon/contracts';
import { decisionIdOf } from './ids.js';
import { outcomeWord, verdictOf } from './outcome.js';
import type { Plan } from './plan.js';
import { because } from './reasons.js';
import type { Step } from './step.js';

/** R16: what the journal is told of one step. */
export function decisionOf(step: Step, commands: readonly EffectCommand[]): CallDecision {
  const { identity, facts, around, plan, before } = step;
  const { lookup, joined } = before.untold;
  return {
    decisionId: decisionIdOf(facts.accountId, identity.callId, before.decisions + 1),
    accountId: facts.accountId,
    callId: identity.callId,
    pbxCallId: identity.pbxCallId,
    portalId: identity.settings.integration.portalId,
    settingsVersion: identity.settings.version,
    moment: before.endDecided ? 'late' : facts.ended ? 'end' : 'answer',
    decidedAt: around.now,
    causedByEventId: around.causedByEventId,
    direction: facts.direction,
    outcome: outcomeWord(facts, verdictOf(facts)),
    clientKnown: facts.client.e164 === null ? null : before.clientKnown,
    phone: facts.client.e164,
    cell: plan.cell,
    effects: commands.map(({ effect, commandId, revision }) => ({ effect, commandId, revision })),
    reasons: [
      ...(lookup && plan.cell !== null ? [findingOf(lookup)] : []),
      ...joined.map(({ pbxCallId }) => because('younger_joined', { call: pbxCallId })),
      ...newReasons(plan, commands),
    ],
    ...(lookup && { lookup }),
    ...warningsOf(step),
  };
}

/** R4: a talk whose end never came is a warning to the operator, beside what ingest found of the data. */
function warningsOf({ facts, plan }: Step): Pick<CallDecision, 'warnings'> {
  const found = plan.reasons.some(({ code }) => code === 'talk_without_end') ? ['talk_without_end'] : [];
  const warnings = [...facts.warnings, ...found];
  return warnings.length > 0 ? { warnings } : {};
}

/** R5: what was found of the client when known/unknown was frozen. */
function findingOf({ origin, candidates, chosen }: ClientLookup): Reason {
  if (chosen) return because('client_known', { candidates: candidates.length, id: chosen.id });
  return because(origin === 'pending_creation' ? 'client_being_created' : 'client_unknown');
}

/** What an earlier decision has promised is not told again. */
function newReasons({ effects, reasons }: Plan, commands: readonly EffectCommand[]): readonly Reason[] {
  const told = effects.filter(({ effect }) => !commands.some((command) => command.effect === effect));
  const toldCodes = new Set(told.map(({ reason }) => reason.code));
  return reasons.filter(({ code }) => !toldCodes.has(code));
}
