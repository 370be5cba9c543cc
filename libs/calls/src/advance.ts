import type {
  CallDecision,
  CallStateChange,
  CrmCommand,
  EffectCommand,
  EffectName,
  LookupCommand,
  Settings,
} from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import { isSameNote } from './call-note.js';
import { decidedNow, endedAsOf } from './corrections.js';
import { decide } from './decide.js';
import { decisionOf } from './decision.js';
import { commandIdOf, lookupIdOf } from './ids.js';
import { endedAt, type Plan, type PlannedEffect } from './plan.js';
import type { CallProgress, FrozenClient, Promised } from './progress.js';
import { shownState } from './shown-state.js';
import type { CallIdentity, Step, Surroundings } from './step.js';

export interface Advance {
  readonly progress: CallProgress;
  readonly commands: readonly CrmCommand[];
  readonly decision: CallDecision | null;
  /** The call waits for something else than before, or no longer (R11). */
  readonly stateChange: CallStateChange | null;
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
  if (progress.state === 'ignored' || progress.state === 'joined') return still(progress);
  const before = freeze(hearing(progress, around), facts, around);
  const plan = decide(facts, {
    settings: around.stillActive ? identity.settings : switchedOff(identity.settings),
    clientKnown: before.clientKnown,
    promised: new Set(Object.keys(before.promised) as EffectName[]),
    decidedAs: before.decidedAs,
    endedAs: endedAsOf(before),
    now: around.now,
    heardAt: before.heard?.at ?? around.now,
  });
  const step: Step = { identity, facts: { ...facts, ended: plan.ended }, around, plan, before };
  const moved = move(step);
  const shown = shownState(moved.progress.state, step);
  return { ...moved, progress: { ...moved.progress, shown: shown.now }, stateChange: shown.change };
}

/** R3, R4: settling and silence count from the receipt of the newest event, not from every look at the call. */
function hearing(progress: CallProgress, { causedByEventId: eventId, now: at }: Surroundings): CallProgress {
  return progress.heard?.eventId === eventId ? progress : { ...progress, heard: { eventId, at } };
}

/**
 * R3: known/unknown is frozen once, at the first event that carries the client's number. A number that was somebody else's
 * (a leg to the outside was heard of before the call itself) freezes nothing for him, and does not undo what was.
 */
function freeze(progress: CallProgress, { client: { e164 } }: CallFacts, { client }: Surroundings): CallProgress {
  if (e164 === null) return progress;
  const before = progress.frozen?.find(({ phone }) => phone === e164);
  if (before) return { ...progress, clientKnown: before.known };
  if (isBound(progress)) return frozenAs({ phone: e164, known: progress.clientKnown }, progress);
  const asked = { ...progress, untold: { ...progress.untold, lookup: client } };
  return client === null ? { ...asked, clientKnown: null } : frozenAs({ phone: e164, known: client.known }, asked);
}

const frozenAs = (one: FrozenClient, progress: CallProgress): CallProgress => ({
  ...progress,
  clientKnown: one.known,
  frozen: [...(progress.frozen ?? []), one].slice(-MAX_FROZEN),
});

/** What was promised stays, whoever the client proves to be (R4); by what it was promised, the rest is decided. */
function isBound(progress: CallProgress): progress is CallProgress & { readonly clientKnown: boolean } {
  const { clientKnown, frozen, promised } = progress;
  return clientKnown !== null && (frozen === undefined || Object.keys(promised).length > 0);
}

/** More numbers than any call is told to be of; beyond it the call is garbage. */
const MAX_FROZEN = 20;

type Moved = Omit<Advance, 'stateChange'>;

function move(step: Step): Moved {
  const { identity, around, plan, before } = step;
  if (isInactive(plan)) return promiseAndTell(step, { ...before, state: 'ignored', wakeAt: null }, []);

  const isOver = plan.ended !== null && plan.wait === null;
  const next: CallProgress = { ...before, state: isOver ? 'decided' : 'following', wakeAt: plan.wakeAt };
  const wants = plan.needs !== null || plan.effects.length > 0;
  if (!wants) return promiseAndTell(step, next, []);

  const { portalId } = identity.settings.integration;
  if (portalId === null || around.lane === null) return still({ ...before, state: 'awaiting_portal', wakeAt: null });
  const address = { accountId: step.facts.accountId, portalId, lane: around.lane };
  return plan.needs === 'client' ? ask(step, address) : promiseAndTell(step, next, newCommands(step, address));
}

type Address = Pick<EffectCommand, 'accountId' | 'portalId' | 'lane'>;

const still = (progress: CallProgress): Advance => ({
  progress,
  commands: [],
  decision: null,
  stateChange: null,
  promisesContact: false,
});

const switchedOff = (settings: Settings): Settings => ({
  ...settings,
  integration: { ...settings.integration, active: false },
});

const isInactive = (plan: Plan) => plan.reasons.some((r) => r.code === 'integration_inactive');

/** R5: the call waits for amoCRM's answer; it asks once for each number that it proves to be about (R4). */
function ask({ identity, facts, around, before }: Step, address: Address): Moved {
  const phone = facts.client.e164;
  const waiting: CallProgress = { ...before, state: 'awaiting_client', wakeAt: null };
  const isAsked = before.state === 'awaiting_client' && (before.askedPhone ?? phone) === phone;
  if (phone === null || isAsked) return still(waiting);
  const question: LookupCommand = {
    type: 'lookup',
    commandId: lookupIdOf(address.lane, phone, identity.callId),
    ...address,
    phone,
    requestedAt: around.now,
    causedAt: endedAt(facts),
  };
  return { ...still({ ...waiting, askedPhone: phone }), commands: [question] };
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
function revisionOf({ intent }: PlannedEffect, promised: Promised | undefined): number | null {
  if (!promised) return 1;
  if (intent.kind !== 'call_note' || promised.intent.kind !== 'call_note') return null;
  return isSameNote(promised.intent, intent) ? null : promised.revision + 1;
}

/** Records the promises and tells the journal, if there is anything new to tell. */
function promiseAndTell(step: Step, next: CallProgress, commands: readonly EffectCommand[]): Moved {
  const { before, facts } = step;
  const settles = (next.state === 'decided' || next.state === 'ignored') && !before.endDecided;
  const decides = settles || commands.length > 0 || before.endDecided;
  const decidedAs = decides ? decidedNow(facts, before.decidedAs) : before.decidedAs;
  const endedAs = decides && facts.ended ? decidedNow(facts, endedAsOf(before)) : endedAsOf(before);
  const corrected = before.endDecided && decidedAs !== before.decidedAs;
  const cancels = before.untold.joined.some(({ effects }) => effects.length > 0);
  if (commands.length === 0 && !settles && !corrected && !cancels) return still(next);

  return {
    progress: {
      ...next,
      decisions: before.decisions + 1,
      endDecided: before.endDecided || settles,
      promised: { ...before.promised, ...promisesOf(commands) },
      decidedAs,
      endedAs,
      untold: { lookup: null, joined: [] },
    },
    commands,
    decision: decisionOf(step, commands),
    promisesContact: commands.some((c) => c.effect === 'contact'),
  };
}

const promisesOf = (commands: readonly EffectCommand[]) =>
  Object.fromEntries(commands.map(({ effect, revision, intent }) => [effect, { revision, intent }]));
