import type {
  CallNoteIntent,
  CreateDealIntent,
  CreateTaskIntent,
  CreateUnsortedIntent,
  EffectCommand,
  EnsureContactIntent,
  Intent,
  Reason,
} from '@perezvon/contracts';
import { firstStageNow, stageNow, unsortedPipelineNow, type UnsortedPipelineNow } from './pipelines.js';
import { placeOf, placeOfCall } from './place.js';
import { because } from './reasons.js';
import { grounds, type DealNow, type NoteFields, type Now, type Resolution } from './resolution.js';
import { defaultResponsible, employeeOrDefault, ownerOrDefault } from './responsible.js';

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
    case 'create_task':
      return resolveTask(intent, command, now);
  }
}

/** Does {@link resolve} look at the client's card? Reading one costs requests. */
export function needsCard(
  { phone, intent }: EffectCommand,
  now: Pick<Now, 'note' | 'isInUnsorted' | 'portal'>,
): boolean {
  if (phone === null) return false;
  if (intent.kind === 'create_unsorted')
    return unsortedPipelineNow(intent.pipelineId, now.portal)?.takesUnsorted === false;
  return now.note === null && !isCarried(intent, now);
}

/** R9: the unsorted record is the call's trace in amoCRM; a note of its own was owed only without it. */
const isCarried = (intent: Intent, { note, isInUnsorted }: Pick<Now, 'note' | 'isInUnsorted'>) =>
  intent.kind === 'call_note' && intent.unlessUnsorted === true && note === null && isInUnsorted;

/** R2, R5: never a second contact; a card that a person made meanwhile is the client's card. */
function resolveContact(intent: EnsureContactIntent, { phone }: EffectCommand, now: Now): Resolution {
  if (now.card) {
    const { id } = now.card;
    return { kind: 'exists', place: placeOf(now.card), ...grounds(['R2'], [because('card_found', { id })]) };
  }
  if (phone === null) return { kind: 'skip', reason: 'hidden_number', ...grounds([], [because('hidden_number')]) };
  const { responsibleUserId, reasons } = defaultResponsible(intent.responsibleUserId, now);
  const { name, tags } = intent;
  return { kind: 'create_contact', name, phone, responsibleUserId, tags, ...grounds(['R2', 'R6'], reasons) };
}

/** R2: a deal only without an active one in the scope (or always); R6: its owner; R12: its stage. */
function resolveDeal(intent: CreateDealIntent, now: Now): Resolution {
  const active = activeDealIn(intent, now);
  if (active) return dealExists(active);

  const stage = stageNow(intent, now.portal.pipelines);
  if (!stage) return { kind: 'skip', reason: 'no_pipeline', ...grounds([], [because('no_pipeline')]) };
  // Where the cell's pipeline is gone, the one that stands in for it is looked at too, or each call would make a deal there.
  const instead = activeDealIn({ ...intent, pipelineId: stage.pipelineId }, now);
  if (instead) return dealExists(instead, stage.reasons);
  // `default` is meant for a client without a card. If a person made one meanwhile, it is a known client's (R3), and
  // the contact that this call made belongs to the default responsible anyway.
  const { responsibleUserId, reasons } = ownerOrDefault(intent.defaultResponsibleUserId, now);
  return {
    kind: 'create_lead',
    name: intent.name,
    pipelineId: stage.pipelineId,
    statusId: stage.statusId,
    on: now.card && { type: now.card.type, id: now.card.id },
    tags: intent.tags,
    responsibleUserId,
    ...grounds(['R2', 'R6'], [...stage.reasons, ...reasons]),
  };
}

type DealScope = Pick<CreateDealIntent, 'unlessActiveDealIn' | 'pipelineId'>;

function activeDealIn({ unlessActiveDealIn, pipelineId }: DealScope, { card }: Now): DealNow | undefined {
  if (!card || unlessActiveDealIn === null) return undefined;
  return unlessActiveDealIn === 'all'
    ? card.activeDeals.at(0)
    : card.activeDeals.find((deal) => deal.pipelineId === pipelineId);
}

const dealExists = ({ id }: DealNow, broken: readonly Reason[] = []): Resolution => ({
  kind: 'exists',
  place: { type: 'lead', id },
  ...grounds([], [...broken, because('active_deal_exists', { id })]),
});

/** R2: one record per call, whatever deals exist; outgoing calls can only come as a form. */
function resolveUnsorted(intent: CreateUnsortedIntent, command: EffectCommand, now: Now): Resolution {
  const target = unsortedPipelineNow(intent.pipelineId, now.portal);
  if (!target) return { kind: 'skip', reason: 'no_pipeline', ...grounds([], [because('no_pipeline')]) };
  if (!target.takesUnsorted) return insteadOfUnsorted(intent, command, now, target);
  const { responsibleUserId, reasons } = defaultResponsible(intent.responsibleUserId, now);
  return {
    kind: 'create_unsorted',
    category: intent.direction === 'in' ? 'sip' : 'forms',
    pipelineId: target.pipeline.id,
    leadName: intent.leadName,
    contactName: intent.contactName,
    phone: command.phone,
    calledAt: command.callStartedAt,
    durationSec: intent.durationSec,
    recordUrl: intent.recordUrl,
    tags: intent.tags,
    responsibleUserId,
    ...grounds(['R2'], [...target.reasons, ...reasons]),
  };
}

/** R12, unsorted switched off: a contact if there is none and, unless one is active, a deal in the first working stage. */
function insteadOfUnsorted(
  { leadName, contactName, responsibleUserId, tags, unlessActiveDealIn }: CreateUnsortedIntent,
  { phone }: EffectCommand,
  now: Now,
  { pipeline, reasons: broken }: UnsortedPipelineNow,
): Resolution {
  const active = activeDealIn({ unlessActiveDealIn: unlessActiveDealIn ?? 'all', pipelineId: pipeline.id }, now);
  if (active) return dealExists(active, broken);
  const stage = firstStageNow(pipeline, now.portal.pipelines);
  if (!stage) return { kind: 'skip', reason: 'no_pipeline', ...grounds([], [...broken, because('no_pipeline')]) };
  const { responsibleUserId: owner, reasons } = ownerOrDefault(responsibleUserId, now);
  const { pipelineId, statusId } = stage;
  const lead = { name: leadName, pipelineId, statusId, responsibleUserId: owner, tags };
  const why = grounds(['R2', 'R6'], [...broken, ...stage.reasons, ...reasons]);
  if (now.card || phone === null) {
    return { kind: 'create_lead', ...lead, on: now.card && { type: now.card.type, id: now.card.id }, ...why };
  }
  const contact = { name: contactName, phone, responsibleUserId: owner, tags };
  return { kind: 'create_contact_and_lead', contact, lead, ...why };
}

/** R9: one note per call, created once and then brought to the latest state where it stands. */
function resolveNote(intent: CallNoteIntent, command: EffectCommand, now: Now): Resolution {
  if (isCarried(intent, now)) {
    const reason = intent.direction === 'in' ? 'unsorted_carries_the_call' : 'no_card';
    return { kind: 'skip', reason, ...grounds([], [because(reason)]) };
  }
  const on = now.note?.on ?? (now.card && placeOfCall(now.card));
  if (on === null || command.phone === null) {
    return { kind: 'skip', reason: 'no_card', ...grounds([], [because('no_card')]) };
  }
  const defaultUserId = intent.defaultResponsibleUserId ?? null;
  const { responsibleUserId, reasons } = employeeOrDefault(intent.responsibleUserId, defaultUserId, now);
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
  const why = grounds(['R6', 'R9'], reasons);
  return now.note
    ? { kind: 'update_note', noteId: now.note.id, on, note, ...why }
    : { kind: 'create_note', on, note, ...why };
}

/** R6: a task at the call's place, or alone; for the employee who took the call, or the card's responsible. */
function resolveTask(intent: CreateTaskIntent, { phone }: EffectCommand, now: Now): Resolution {
  const { responsible, defaultResponsibleUserId: defaultUserId } = intent;
  const { responsibleUserId, reasons } =
    responsible === 'card_owner'
      ? ownerOrDefault(defaultUserId, now)
      : employeeOrDefault(responsible === 'default' ? null : responsible, defaultUserId, now);
  return {
    kind: 'create_task',
    on: now.card && placeOfCall(now.card),
    text: now.card ? intent.text : textWithNumber(intent.text, phone),
    taskTypeId: intent.taskTypeId,
    completeTill: termOf(intent, now),
    responsibleUserId,
    ...grounds(['R6'], now.card ? reasons : [...reasons, because('task_stands_alone')]),
  };
}

/** R6: a task that stands alone is of no use without the number, whatever text the operator chose. */
const textWithNumber = (text: string, phone: string | null) =>
  phone === null || text.includes(phone) ? text : `${text} ${phone}`;

/** R6: a task that is written late still leaves somebody time to do it. */
function termOf({ callEndedAt, dueInMinutes }: CreateTaskIntent, { at }: Now): string {
  const wanted = Date.parse(callEndedAt) + dueInMinutes * MINUTE_MS;
  return new Date(Math.max(wanted, Date.parse(at) + LEAST_TERM_MINUTES * MINUTE_MS)).toISOString();
}

const MINUTE_MS = 60_000;
const LEAST_TERM_MINUTES = 15;
