import type { CallDecision, CancelCommand, EffectName } from '@perezvon/contracts';
import type { CallIdentity, Surroundings } from './step.js';
import { join, type CallFacts } from './call-facts.js';
import { cancelIdOf, decisionIdOf } from './ids.js';
import type { CallProgress } from './progress.js';
import { because } from './reasons.js';

/** One of two calls that prove to be one. */
export interface CallInProgress {
  readonly identity: CallIdentity;
  readonly facts: CallFacts;
  readonly progress: CallProgress;
}

export interface JoinedCalls {
  /** Advance it next: its decision tells of the joining. */
  readonly older: Pick<CallInProgress, 'facts' | 'progress'>;
  readonly younger: CallProgress;
  /** Null = the younger had not been promised anything. */
  readonly cancel: CancelCommand | null;
  /** The younger's last word in the journal. */
  readonly decision: CallDecision;
}

/**
 * R15: two ids prove late to be one call. The older call's effects stand and it gets all facts; the younger's unsent
 * effects are cancelled, and it is never looked at again.
 */
export function joinCalls(
  older: CallInProgress,
  younger: CallInProgress,
  around: Pick<Surroundings, 'lane' | 'now' | 'causedByEventId'>,
): JoinedCalls {
  const { accountId } = older.facts;
  const effects = Object.keys(younger.progress.promised) as EffectName[];
  const { callId, pbxCallId } = younger.identity;
  const facts = join(older.facts, younger.facts);
  // A second leg may have asked about a client of its own, such as an outside number.
  const found = younger.facts.client.e164 === facts.client.e164 ? younger.progress : null;
  return {
    older: {
      facts,
      progress: {
        ...older.progress,
        // Frozen by either id, it is frozen for the call. By the one that promised the contact, if one did: the other may have
        // taken that very promise for a known client (R5, pending creations), and it is cancelled now.
        ...(found !== null && (older.progress.clientKnown === null || found.promised.contact) && frozenIn(found)),
        untold: {
          lookup: older.progress.untold.lookup ?? found?.untold.lookup ?? null,
          joined: [...older.progress.untold.joined, { callId, pbxCallId, effects }],
        },
      },
    },
    younger: { ...younger.progress, state: 'joined', wakeAt: null, decisions: younger.progress.decisions + 1 },
    cancel: cancelling(older, younger, effects, around),
    decision: {
      decisionId: decisionIdOf(accountId, callId, younger.progress.decisions + 1),
      accountId,
      callId,
      pbxCallId,
      portalId: younger.identity.settings.integration.portalId,
      settingsVersion: younger.identity.settings.version,
      moment: 'late',
      decidedAt: around.now,
      causedByEventId: around.causedByEventId,
      direction: younger.facts.direction,
      outcome: null,
      clientKnown: younger.progress.clientKnown,
      phone: younger.facts.client.e164,
      cell: null,
      effects: [],
      reasons: [because('joined_older_call', { call: older.identity.pbxCallId })],
    },
  };
}

const frozenIn = ({ clientKnown, frozen }: CallProgress) => ({ clientKnown, ...(frozen && { frozen }) });

function cancelling(
  older: CallInProgress,
  younger: CallInProgress,
  effects: EffectName[],
  { lane, now }: Pick<Surroundings, 'lane' | 'now'>,
): CancelCommand | null {
  const { portalId } = younger.identity.settings.integration;
  if (effects.length === 0 || lane === null || portalId === null) return null;
  const { accountId, client } = younger.facts;
  const [callId, inFavourOf] = [younger.identity.callId, older.identity.callId];
  return {
    type: 'cancel',
    commandId: cancelIdOf(accountId, callId, inFavourOf),
    accountId,
    portalId,
    lane,
    callId,
    inFavourOf,
    phone: client.e164,
    effects,
    ruleIds: ['R15'],
    requestedAt: now,
  };
}
