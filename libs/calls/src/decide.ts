import type {
  CellName,
  CellSettings,
  CreateDealIntent,
  DirectionSettings,
  EffectName,
  Intent,
  Reason,
  Settings,
} from '@perezvon/contracts';
import type { CallFacts } from './call.js';
import { callNote, recordOf, talkSeconds } from './call-note.js';
import { isFiltered } from './filters.js';
import { contactName, dealName, HIDDEN_NUMBER_NAME } from './names.js';
import { verdictOf, type Verdict } from './outcome.js';
import { isEmployeesNumber } from './people.js';
import { tagsFor } from './tags.js';

/** What the decision may know besides the call itself. Time and knowledge come in; nothing is asked from here. */
export interface Situation {
  readonly settings: Settings;
  /** R3: frozen at the first event that carried the number; null = not known yet. */
  readonly clientKnown: boolean | null;
  /** Effects this call was already promised, by earlier decisions (R15). */
  readonly promised: ReadonlySet<EffectName>;
  /** The verdict that earlier promises of creation rested on (R15). */
  readonly promisedAs: 'answered' | 'missed' | null;
  /** ISO 8601 UTC; only R9's wait for a recording looks at it. */
  readonly now: string;
}

export interface Plan {
  /** Everything that should stand in amoCRM by what is known now; what was promised before may be missing here. */
  readonly effects: readonly PlannedEffect[];
  readonly reasons: readonly Reason[];
  readonly cell: CellName | null;
  /** `client`: whether amoCRM knows the number must be found out before anything is decided. */
  readonly needs: 'client' | null;
  /** Decide again at this time even if no event comes. */
  readonly wakeAt: string | null;
}

export interface PlannedEffect {
  readonly effect: EffectName;
  readonly intent: Intent;
  readonly after: readonly EffectName[];
  readonly ruleIds: readonly string[];
  /** R11, original times: when the event happened that this effect follows from, by the PBX's clock. */
  readonly causedAt: string;
}

/**
 * What a call means by the operator's settings: rules.md R1–R10 and R15 in the order in which a person would ask.
 * Pure and repeatable: the same call and situation give the same plan, and a plan may be made after every event.
 */
export function decide(facts: CallFacts, situation: Situation): Plan {
  const { settings } = situation;
  if (!settings.integration.active) return nothing('R11', 'integration_inactive');
  if (facts.direction === 'internal') return nothing('R4', 'internal');
  if (isEmployeesNumber(facts.client.e164, settings)) return nothing('R4', 'employees_number');

  const wakeAt = settlesAt(facts, settings);
  if (wakeAt !== null && situation.now < wakeAt) return { ...askedMeanwhile(facts, situation), wakeAt };

  const verdict = verdictOf(facts);
  if (verdict?.kind === 'ignored') return nothing('R4', verdict.why);
  if (facts.direction === 'unknown') return nothing('R4', 'direction_not_known_yet');

  const direction = settings.integration[facts.direction === 'in' ? 'incoming' : 'outgoing'];
  if (facts.client.e164 === null) return hiddenNumber(facts, verdict, direction, situation);

  const { clientKnown } = situation;
  if (clientKnown === null) return { ...nothing('R5', 'client_not_known_yet'), needs: 'client' };
  if (verdict === null) return nothing('R3', 'nothing_while_it_rings');

  return withNumber(facts, verdict, direction, { ...situation, clientKnown });
}

/** R3: a hint is given time to be overruled by the record; an authoritative end is decided at once. */
function settlesAt({ ended, source }: CallFacts, { sources }: Settings): string | null {
  if (!ended?.isHint) return null;
  const own = sources.find((s) => s.kind === source.source && s.instance === source.instance);
  const delaySec = own?.settleDelaySec ?? DEFAULT_SETTLE_DELAY_SEC;
  return new Date(Date.parse(ended.receivedAt) + delaySec * 1000).toISOString();
}

const DEFAULT_SETTLE_DELAY_SEC = 20;

/** While a call settles, its client can already be looked for. */
function askedMeanwhile(facts: CallFacts, { clientKnown }: Situation): Plan {
  const needs = facts.client.e164 !== null && clientKnown === null ? ('client' as const) : null;
  return { ...nothing('R3', 'waits_for_the_record'), needs };
}

type Known = Situation & { readonly clientKnown: boolean };

/** A settled or answered call with a usable number: the creations of its cell, then its note. */
function withNumber(facts: CallFacts, verdict: Verdict, direction: DirectionSettings, situation: Known): Plan {
  const cell = cellOf(verdict, situation.clientKnown);
  const creations = creationsOf(cell, facts, verdict, direction, situation);
  const note = noteOf(facts, verdict, direction, situation, creations);
  return {
    cell,
    effects: [...creations.effects, ...note.effects],
    reasons: [...creations.reasons, ...note.reasons],
    needs: null,
    wakeAt: creations.wakeAt,
  };
}

/** Cell = outcome × known/unknown, in the settings of the call's direction. */
function cellOf(verdict: Verdict, known: boolean): CellName {
  if (verdict.kind === 'answered') return known ? 'answeredKnown' : 'answeredUnknown';
  return known ? 'missedKnown' : 'missedUnknown';
}

type Part = Pick<Plan, 'effects' | 'reasons' | 'wakeAt'>;

const none = (ruleId: string, code: string): Part => ({ effects: [], reasons: [{ ruleId, code }], wakeAt: null });
const nothing = (ruleId: string, code: string): Plan => ({ ...none(ruleId, code), cell: null, needs: null });

/** R2, R3, R8, R15: what the cell creates, and when. */
function creationsOf(
  cell: CellName,
  facts: CallFacts,
  verdict: Verdict,
  direction: DirectionSettings,
  situation: Known,
): Part {
  const settings = direction.cells[cell];
  if (isFiltered(facts.client, direction.filteredNumbers)) return none('R8', 'filtered');
  if (verdict.kind === 'missed' && 'createsNothing' in verdict) return none('R4', verdict.createsNothing);
  if (!settings.enabled || !settings.action) return none('R1', 'cell_off');
  if (situation.promisedAs === 'answered' && verdict.kind === 'missed') return none('R15', 'answered_then_missed');
  if (situation.promised.has('unsorted') && settings.action !== 'create_unsorted') {
    return none('R15', 'unsorted_already_made');
  }
  if (settings.action === 'create_unsorted' && situation.promised.has('contact')) {
    return none('R15', 'contact_already_made');
  }
  if (!facts.ended && !createsAtAnswer(settings, direction)) return none('R3', 'created_at_the_end');
  const causedAt = createsAtAnswer(settings, direction) ? answeredAt(facts) : endedAt(facts);
  return byAction[settings.action]({ facts, verdict, direction, cell: settings, causedAt }, situation);
}

/** The same whether the answer was heard before the end, with it, or never: then the end looks back over the talk. */
function answeredAt(facts: CallFacts): string {
  const heard = facts.talks.at(0)?.at;
  if (heard !== undefined) return heard;
  return new Date(Date.parse(endedAt(facts)) - talkSeconds(facts) * 1000).toISOString();
}

const endedAt = (facts: CallFacts) => facts.ended?.at ?? facts.startedAt;

/** R3: the manager needs the card while talking; everything else waits for the end. */
function createsAtAnswer(cell: CellSettings, direction: DirectionSettings): boolean {
  return (
    direction.createAt === 'answer' && (cell.action === 'create_contact' || cell.action === 'create_contact_and_deal')
  );
}

/** What an action's rule looks at. */
interface Occasion {
  readonly facts: CallFacts;
  readonly verdict: Verdict;
  readonly direction: DirectionSettings;
  readonly cell: CellSettings;
  readonly causedAt: string;
}

type ActionRule = (occasion: Occasion, situation: Known) => Part;

/** R2, row by row. */
const byAction: Record<NonNullable<CellSettings['action']>, ActionRule> = {
  create_contact_and_deal: (call, { clientKnown }) => {
    const scope = call.direction.activeDealScope;
    return clientKnown
      ? promise([dealEffect(call, 'card_owner', scope, [])])
      : promise([contactEffect(call), dealEffect(call, 'default', scope, ['contact'])]);
  },

  create_contact: (call, { clientKnown }) =>
    clientKnown ? none('R2', 'client_already_known') : promise([contactEffect(call)]),

  create_deal_always: (call, { clientKnown }) =>
    clientKnown ? promise([dealEffect(call, 'card_owner', null, [])]) : none('R2', 'not_offered'),

  create_unsorted: (call, { now }) => {
    const wakeAt = recordingAwaitedUntil(call);
    if (wakeAt !== null && now < wakeAt) return { ...none('R9', 'waits_for_recording'), wakeAt };
    return promise([unsortedEffect(call)]);
  },
};

const promise = (effects: readonly PlannedEffect[]): Part => ({
  effects,
  reasons: effects.flatMap((e) => e.ruleIds.map((ruleId) => ({ ruleId, code: `creates_${e.effect}` }))),
  wakeAt: null,
});

/** R1 `unsortedRecordWaitSec`: a claim cannot be changed later, so an answered incoming call waits for its recording. */
function recordingAwaitedUntil({ facts, verdict, direction }: Occasion): string | null {
  const { ended } = facts;
  if (!ended || verdict.kind !== 'answered' || facts.direction !== 'in' || facts.records.length > 0) return null;
  return new Date(Date.parse(ended.at) + direction.unsortedRecordWaitSec * 1000).toISOString();
}

function contactEffect({ facts, direction, causedAt }: Occasion): PlannedEffect {
  return {
    effect: 'contact',
    after: [],
    ruleIds: ['R2'],
    causedAt,
    intent: {
      kind: 'ensure_contact',
      name: contactName(facts),
      responsibleUserId: direction.defaultResponsibleUserId,
      tags: tagsFor(facts, direction),
    },
  };
}

function dealEffect(
  { facts, direction, cell, causedAt }: Occasion,
  responsible: CreateDealIntent['responsible'],
  unlessActiveDealIn: CreateDealIntent['unlessActiveDealIn'],
  after: readonly EffectName[],
): PlannedEffect {
  return {
    effect: 'deal',
    after,
    ruleIds: ['R2'],
    causedAt,
    intent: {
      kind: 'create_deal',
      name: dealName(facts),
      ...pipelineOf(cell),
      statusId: required(cell.statusId, 'statusId'),
      responsible,
      defaultResponsibleUserId: direction.defaultResponsibleUserId,
      unlessActiveDealIn,
      tags: tagsFor(facts, direction),
    },
  };
}

function unsortedEffect({ facts, verdict, direction, cell, causedAt }: Occasion, name?: string): PlannedEffect {
  return {
    effect: 'unsorted',
    after: [],
    ruleIds: ['R2'],
    causedAt,
    intent: {
      kind: 'create_unsorted',
      direction: facts.direction === 'out' ? 'out' : 'in',
      ...pipelineOf(cell),
      leadName: name ?? dealName(facts),
      contactName: name ?? contactName(facts),
      responsibleUserId: direction.defaultResponsibleUserId,
      durationSec: verdict.kind === 'answered' ? talkSeconds(facts) : 0,
      recordUrl: recordOf(facts.records),
      tags: tagsFor(facts, direction),
    },
  };
}

const pipelineOf = (cell: CellSettings) => ({ pipelineId: required(cell.pipelineId, 'pipelineId') });

/** Activation refuses an enabled cell that lacks what its action needs (R1), so a missing id here is our own defect. */
function required(value: number | null | undefined, name: string): number {
  if (value == null) throw new IncompleteCell(name);
  return value;
}

/** An active integration holds an enabled cell without the field its action needs: settings-api let it through. */
export class IncompleteCell extends Error {
  readonly code = 'incomplete_cell';

  constructor(field: string) {
    super(`an enabled cell of an active integration has no ${field} (rules.md R1)`);
    this.name = 'IncompleteCell';
  }
}

/** R9: every ended call with a card gets its note, unless the incoming unsorted record is the call itself. */
function noteOf(
  facts: CallFacts,
  verdict: Verdict,
  direction: DirectionSettings,
  situation: Known,
  creations: Part,
): Part {
  if (!facts.ended) return { effects: [], reasons: [], wakeAt: null };
  if (!direction.logCalls) return none('R9', 'call_log_off');
  if (creations.wakeAt !== null) return { effects: [], reasons: [], wakeAt: null };

  const makes = new Set([...situation.promised, ...creations.effects.map((e) => e.effect)]);
  const unsorted = makes.has('unsorted');
  if (unsorted && facts.direction === 'in') return none('R9', 'unsorted_carries_the_call');
  if (unsorted && !situation.clientKnown) return none('R9', 'no_card_yet');

  const note: PlannedEffect = {
    effect: 'note',
    // The note's place is the deal or contact that this call makes, if it makes one (R6).
    after: (['contact', 'deal'] as const).filter((e) => makes.has(e)),
    ruleIds: ['R6', 'R9'],
    causedAt: endedAt(facts),
    intent: callNote(facts, verdict, direction, situation.settings),
  };
  return { effects: [note], reasons: [{ ruleId: 'R9', code: 'call_note' }], wakeAt: null };
}

/** R10: a number nobody can call back creates nothing, except the unsorted record that the operator asked for. */
function hiddenNumber(
  facts: CallFacts,
  verdict: Verdict | null,
  direction: DirectionSettings,
  { promised }: Situation,
): Plan {
  if (!facts.ended || verdict === null) return nothing('R10', 'hidden_number');
  const name: CellName = verdict.kind === 'answered' ? 'answeredUnknown' : 'missedUnknown';
  const cell = direction.cells[name];
  const wanted = direction.hiddenNumbers === 'unsorted' && cell.enabled && cell.action === 'create_unsorted';
  if (!wanted || promised.has('contact')) return nothing('R10', 'hidden_number');
  if (isFiltered(facts.client, direction.filteredNumbers)) return nothing('R8', 'filtered');

  const record = unsortedEffect({ facts, verdict, direction, cell, causedAt: endedAt(facts) }, HIDDEN_NUMBER_NAME);
  return {
    effects: [{ ...record, ruleIds: ['R2', 'R10'] }],
    reasons: [{ ruleId: 'R10', code: 'hidden_number_unsorted' }],
    cell: name,
    needs: null,
    wakeAt: null,
  };
}
