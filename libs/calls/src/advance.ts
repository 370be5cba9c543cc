import { isDeepStrictEqual } from 'node:util';
import type {
  CallDecision,
  CrmCommand,
  EffectCommand,
  EffectName,
  Intent,
  LookupCommand,
  Settings,
} from '@perezvon/contracts';
import type { CallFacts } from './call.js';
import { decide, type Plan, type PlannedEffect } from './decide.js';
import { commandIdOf, decisionIdOf, lookupIdOf } from './ids.js';
import { outcomeWord, verdictOf } from './outcome.js';

/**
 * How far one call has come, beside its facts. It only moves forward:
 *
 *     following ──client must be asked──▶ awaiting_client ──answer──▶ following ──end decided──▶ decided
 *         └── portal's lane not known ──▶ awaiting_portal ──known──▶ following
 *         └── integration off (R11) ──▶ ignored, for ever
 *
 * A `decided` call still takes what comes late (R9, R15).
 */
export interface CallProgress {
  readonly state: 'following' | 'awaiting_client' | 'awaiting_portal' | 'decided' | 'ignored';
  /** R3: known/unknown, frozen once. */
  readonly clientKnown: boolean | null;
  /** What was promised to the writer so far: one entry per effect, for ever (R3, R17). */
  readonly promised: Readonly<Partial<Record<EffectName, Promised>>>;
  /** The verdict that the first promise of a creation rested on (R15). */
  readonly promisedAs: 'answered' | 'missed' | null;
  readonly decisions: number;
  /** The journal has had its decision of the end: what comes now is late. */
  readonly endDecided: boolean;
  readonly wakeAt: string | null;
}

interface Promised {
  readonly revision: number;
  readonly intent: Intent;
}

export const newProgress: CallProgress = {
  state: 'following',
  clientKnown: null,
  promised: {},
  promisedAs: null,
  decisions: 0,
  endDecided: false,
  wakeAt: null,
};

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
  readonly clientKnown: boolean | null;
  readonly now: string;
  readonly causedByEventId: string;
}

export interface Advance {
  readonly progress: CallProgress;
  readonly commands: readonly CrmCommand[];
  readonly decision: CallDecision | null;
  /** The call just promised a contact: the client is known from now on (R5, pending creations). */
  readonly promisesContact: boolean;
}

/**
 * One step of a call after anything changed: its facts, the client directory, the portal, or the time. Pure; calling it
 * again without a change gives no new command and no new decision.
 */
export function advance(
  identity: CallIdentity,
  facts: CallFacts,
  progress: CallProgress,
  around: Surroundings,
): Advance {
  if (progress.state === 'ignored') return still(progress);
  const frozen = progress.clientKnown ?? around.clientKnown;
  const plan = decide(facts, {
    settings: around.stillActive ? identity.settings : switchedOff(identity.settings),
    clientKnown: frozen,
    promised: new Set(Object.keys(progress.promised) as EffectName[]),
    promisedAs: progress.promisedAs,
    now: around.now,
  });

  const step = { identity, facts, around, plan, before: progress };
  if (isInactive(plan)) return conclude(step, { ...progress, state: 'ignored', wakeAt: null }, []);

  const settled = facts.ended !== null && plan.wakeAt === null;
  const next: CallProgress = {
    ...progress,
    state: settled ? 'decided' : 'following',
    clientKnown: facts.client.e164 === null ? null : frozen,
    wakeAt: plan.wakeAt,
  };
  const wants = plan.needs !== null || plan.effects.length > 0;
  if (!wants) return conclude(step, next, []);

  const { portalId } = identity.settings.integration;
  if (portalId === null || around.lane === null) return still({ ...progress, state: 'awaiting_portal' });
  const address = { accountId: facts.accountId, portalId, lane: around.lane };
  return plan.needs === 'client' ? asks(step, address) : conclude(step, next, newCommands(step, address));
}

/** Everything one step looks at. */
interface Step {
  readonly identity: CallIdentity;
  readonly facts: CallFacts;
  readonly around: Surroundings;
  readonly plan: Plan;
  readonly before: CallProgress;
}

type Address = Pick<EffectCommand, 'accountId' | 'portalId' | 'lane'>;

const still = (progress: CallProgress): Advance => ({ progress, commands: [], decision: null, promisesContact: false });

const switchedOff = (settings: Settings): Settings => ({
  ...settings,
  integration: { ...settings.integration, active: false },
});

const isInactive = (plan: Plan) => plan.reasons.some((r) => r.code === 'integration_inactive');

function asks({ identity, facts, around, before }: Step, address: Address): Advance {
  const phone = facts.client.e164;
  const waiting = still({ ...before, state: 'awaiting_client' });
  if (phone === null || before.state === 'awaiting_client') return waiting;
  const question: LookupCommand = {
    type: 'lookup',
    commandId: lookupIdOf(address.lane, phone, identity.callId),
    ...address,
    phone,
    requestedAt: around.now,
  };
  return { ...waiting, commands: [question] };
}

/** What the plan wants and no earlier decision has promised, or promised in another state (a note's revision, R9). */
function newCommands({ identity, facts, plan, before }: Step, address: Address): EffectCommand[] {
  return plan.effects.flatMap((planned) => {
    const revision = revisionOf(planned, before.promised[planned.effect]);
    if (revision === null) return [];
    const command: EffectCommand = {
      type: 'effect',
      commandId: commandIdOf(facts.accountId, identity.callId, planned.effect, revision),
      ...address,
      callId: identity.callId,
      effect: planned.effect,
      revision,
      phone: facts.client.e164,
      pbxCallId: identity.pbxCallId,
      callStartedAt: facts.startedAt,
      causedAt: planned.causedAt,
      settingsVersion: identity.settings.version,
      ruleIds: [...planned.ruleIds],
      after: [...planned.after],
      intent: planned.intent,
    };
    return [command];
  });
}

/** Null = promised already. Only the note is a desired state that may change; a creation is promised once. */
function revisionOf({ effect, intent }: PlannedEffect, promised: Promised | undefined): number | null {
  if (!promised) return 1;
  if (effect !== 'note' || isDeepStrictEqual(promised.intent, intent)) return null;
  return promised.revision + 1;
}

/** Records the promises and tells the journal, if there is anything new to tell. */
function conclude(step: Step, next: CallProgress, commands: readonly EffectCommand[]): Advance {
  const { identity, facts, around, plan, before } = step;
  const settles = (next.state === 'decided' || next.state === 'ignored') && next.state !== before.state;
  if (commands.length === 0 && !(settles && !before.endDecided)) return still(next);

  const verdict = verdictOf(facts);
  const decision: CallDecision = {
    decisionId: decisionIdOf(facts.accountId, identity.callId, before.decisions + 1),
    accountId: facts.accountId,
    callId: identity.callId,
    pbxCallId: identity.pbxCallId,
    portalId: identity.settings.integration.portalId,
    settingsVersion: identity.settings.version,
    moment: !facts.ended ? 'answer' : before.endDecided ? 'late' : 'end',
    decidedAt: around.now,
    causedByEventId: around.causedByEventId,
    direction: facts.direction,
    outcome: outcomeWord(facts, verdict),
    clientKnown: next.clientKnown,
    phone: facts.client.e164,
    cell: plan.cell,
    effects: commands.map(({ effect, commandId, revision }) => ({ effect, commandId, revision })),
    reasons: [...plan.reasons],
  };
  const creates = commands.some((c) => c.effect !== 'note');
  const promisedAs = verdict?.kind === 'answered' ? 'answered' : 'missed';
  return {
    progress: {
      ...next,
      decisions: before.decisions + 1,
      endDecided: before.endDecided || settles,
      promised: { ...before.promised, ...promisesOf(commands) },
      promisedAs: before.promisedAs ?? (creates ? promisedAs : null),
    },
    commands,
    decision,
    promisesContact: commands.some((c) => c.effect === 'contact'),
  };
}

const promisesOf = (commands: readonly EffectCommand[]) =>
  Object.fromEntries(commands.map(({ effect, revision, intent }) => [effect, { revision, intent }]));
