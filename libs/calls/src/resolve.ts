import type {
  CallNoteIntent,
  CreateDealIntent,
  CreateUnsortedIntent,
  EffectCommand,
  EnsureContactIntent,
  Portal,
} from '@perezvon/contracts';
import { stageNow, unsortedPipelineNow } from './pipelines.js';

/** The client's card as amoCRM shows it at the moment of writing. */
export interface CardNow {
  readonly type: 'contact' | 'company';
  readonly id: number;
  readonly responsibleUserId: number | null;
  /** Not deleted, not 142/143, not an unaccepted unsorted lead; all pipelines (rules.md R2, Active deal). */
  readonly activeDeals: readonly DealNow[];
}

export interface DealNow {
  readonly id: number;
  readonly pipelineId: number;
}

/** What else is true at the moment of writing. */
export interface Now {
  /** Null = nobody in the portal has the phone (verified), or the call has no phone. */
  readonly card: CardNow | null;
  readonly portal: Pick<Portal, 'pipelines' | 'users'>;
  /** The call note this call already has, if any (R9: one POST ever, then PATCHes). */
  readonly note: { readonly id: number; readonly on: Place } | null;
}

export interface Place {
  readonly type: 'contact' | 'company' | 'lead';
  readonly id: number;
}

/** What to do in amoCRM now for one effect, with the rules that say so. */
export type Resolution =
  | {
      readonly kind: 'create_contact';
      readonly name: string;
      readonly phone: string;
      readonly responsibleUserId: number | null;
      readonly tags: readonly string[];
      readonly ruleIds: readonly string[];
    }
  | {
      readonly kind: 'create_lead';
      readonly name: string;
      readonly pipelineId: number;
      readonly statusId: number;
      readonly responsibleUserId: number | null;
      readonly tags: readonly string[];
      /** Null: the client's card was deleted meanwhile; the call is not dropped for it. */
      readonly on: { readonly type: 'contact' | 'company'; readonly id: number } | null;
      readonly ruleIds: readonly string[];
    }
  | {
      readonly kind: 'create_unsorted';
      /** amoCRM takes `sip` for incoming calls only; `forms` for outgoing (R2). */
      readonly category: 'sip' | 'forms';
      readonly pipelineId: number;
      readonly leadName: string;
      readonly contactName: string;
      readonly phone: string | null;
      readonly calledAt: string;
      readonly durationSec: number;
      readonly recordUrl: string | null;
      readonly responsibleUserId: number | null;
      readonly tags: readonly string[];
      readonly ruleIds: readonly string[];
    }
  | { readonly kind: 'create_note'; readonly on: Place; readonly note: NoteFields; readonly ruleIds: readonly string[] }
  | {
      readonly kind: 'update_note';
      readonly noteId: number;
      readonly on: Place;
      readonly note: NoteFields;
      readonly ruleIds: readonly string[];
    }
  /** What was wanted already stands there: done without a write. */
  | { readonly kind: 'exists'; readonly place: Place; readonly ruleIds: readonly string[] }
  /** A rule says that nothing is to be done any more. */
  | { readonly kind: 'skip'; readonly reason: string; readonly ruleIds: readonly string[] };

export interface NoteFields {
  readonly type: 'call_in' | 'call_out';
  readonly phone: string;
  readonly uniq: string;
  readonly durationSec: number;
  readonly callStatus: number;
  readonly callResult: string | null;
  readonly recordUrl: string | null;
  /** Null = left out: the default responsible is deactivated (R6). */
  readonly responsibleUserId: number | null;
  /** The call's start (R9). */
  readonly createdAt: string;
}

/**
 * Turns a wish into a write (or none), by what is true now: a command that waited for a week writes what is right today
 * (design.md, Lanes, intents, effects). Pure; called by the writer just before it sends.
 */
export function resolve(command: EffectCommand, now: Now): Resolution {
  const { intent } = command;
  switch (intent.kind) {
    case 'ensure_contact':
      return resolveContact(intent, command, now);
    case 'create_deal':
      return resolveDeal(intent, now);
    case 'create_unsorted':
      return resolveUnsorted(intent, command, now);
    case 'call_note':
      return resolveNote(intent, command, now);
  }
}

/** R2, R5: never a second contact; a card that a person made meanwhile is the client's card. */
function resolveContact(intent: EnsureContactIntent, { phone }: EffectCommand, now: Now): Resolution {
  if (now.card) return { kind: 'exists', place: placeOf(now.card), ruleIds: ['R2', 'R5'] };
  if (phone === null) return { kind: 'skip', reason: 'hidden_number', ruleIds: ['R10'] };
  return {
    kind: 'create_contact',
    name: intent.name,
    phone,
    ...responsible(intent.responsibleUserId, now, ['R2', 'R6']),
    tags: intent.tags,
  };
}

/** R2: a deal only without an active one in the scope (or always); R6: its owner; R12: its stage. */
function resolveDeal(intent: CreateDealIntent, now: Now): Resolution {
  const active = activeDealIn(intent, now);
  if (active) return { kind: 'exists', place: { type: 'lead', id: active.id }, ruleIds: ['R2'] };

  const stage = stageNow(intent, now.portal.pipelines);
  if (!stage) return { kind: 'skip', reason: 'no_pipeline', ruleIds: ['R12'] };
  const owner = intent.responsible === 'card_owner' ? (now.card?.responsibleUserId ?? null) : null;
  return {
    kind: 'create_lead',
    name: intent.name,
    pipelineId: stage.pipelineId,
    statusId: stage.statusId,
    on: now.card && { type: now.card.type, id: now.card.id },
    tags: intent.tags,
    ...responsible(
      owner !== null && isActive(owner, now) ? owner : intent.defaultResponsibleUserId,
      now,
      stage.fellBack ? ['R2', 'R6', 'R12'] : ['R2', 'R6'],
    ),
  };
}

function activeDealIn({ unlessActiveDealIn, pipelineId }: CreateDealIntent, { card }: Now): DealNow | undefined {
  if (!card || unlessActiveDealIn === null) return undefined;
  return unlessActiveDealIn === 'all'
    ? card.activeDeals.at(0)
    : card.activeDeals.find((deal) => deal.pipelineId === pipelineId);
}

/** R2: one record per call, whatever deals exist; outgoing calls can only come as a form. */
function resolveUnsorted(intent: CreateUnsortedIntent, command: EffectCommand, now: Now): Resolution {
  const pipeline = unsortedPipelineNow(intent.pipelineId, now.portal.pipelines);
  if (!pipeline) return { kind: 'skip', reason: 'no_pipeline', ruleIds: ['R12'] };
  return {
    kind: 'create_unsorted',
    category: intent.direction === 'in' ? 'sip' : 'forms',
    pipelineId: pipeline.pipelineId,
    leadName: intent.leadName,
    contactName: intent.contactName,
    phone: command.phone,
    calledAt: command.callStartedAt,
    durationSec: intent.durationSec,
    recordUrl: intent.recordUrl,
    tags: intent.tags,
    ...responsible(intent.responsibleUserId, now, pipeline.fellBack ? ['R2', 'R12'] : ['R2']),
  };
}

/** R9: one note per call, created once and then brought to the latest state where it stands. */
function resolveNote(intent: CallNoteIntent, command: EffectCommand, now: Now): Resolution {
  const on = now.note?.on ?? placeOfCall(now.card);
  if (on === null || command.phone === null) return { kind: 'skip', reason: 'no_card', ruleIds: ['R9'] };
  const { responsibleUserId, ruleIds } = responsible(intent.responsibleUserId, now, ['R6', 'R9']);
  const note: NoteFields = {
    type: intent.direction === 'in' ? 'call_in' : 'call_out',
    phone: command.phone,
    uniq: command.pbxCallId,
    durationSec: intent.durationSec,
    callStatus: intent.callStatus,
    callResult: intent.callResult,
    recordUrl: intent.recordUrl,
    responsibleUserId,
    createdAt: command.callStartedAt,
  };
  return now.note
    ? { kind: 'update_note', noteId: now.note.id, on, note, ruleIds }
    : { kind: 'create_note', on, note, ruleIds };
}

/** R6, the call's place: the active deal when the client has exactly one in any pipeline, else the card. */
function placeOfCall(card: CardNow | null): Place | null {
  if (!card) return null;
  const [deal, ...more] = card.activeDeals;
  return deal && more.length === 0 ? { type: 'lead', id: deal.id } : placeOf(card);
}

const placeOf = (card: CardNow): Place => ({ type: card.type, id: card.id });

const isActive = (userId: number, { portal }: Now) => portal.users.some((u) => u.id === userId && u.isActive);

/** R6: a deactivated (or deleted) user never breaks a write: the field is left out and the rule is shown broken. */
function responsible(
  userId: number | null,
  now: Now,
  ruleIds: readonly string[],
): { readonly responsibleUserId: number | null; readonly ruleIds: readonly string[] } {
  if (userId === null || isActive(userId, now)) return { responsibleUserId: userId, ruleIds };
  return { responsibleUserId: null, ruleIds: [...new Set([...ruleIds, 'R6', 'R12'])] };
}
