import type { CellName, CellSettings, CreateDealIntent, EffectName } from '@perezvon/contracts';
import { talkSeconds } from './call-note.js';
import { creationsBarred } from './corrections.js';
import { creationsStopped } from './creation-stops.js';
import { required } from './incomplete-cell.js';
import { contactName, dealName } from './names.js';
import { talkingLegs } from './outcome.js';
import { endedAt, none, promise, type Occasion, type Part, type PlannedEffect } from './plan.js';
import { because } from './reasons.js';
import { tagsFor } from './tags.js';
import { recordingAwaitedUntil, unsortedEffect } from './unsorted.js';

/** R2, R3: what a cell creates, and when. */

/** Cell = outcome × known/unknown, in the settings of the call's direction. */
export function cellOf({ verdict, clientKnown }: Pick<Occasion, 'verdict' | 'clientKnown'>): CellName {
  if (verdict.kind === 'answered') return clientKnown ? 'answeredKnown' : 'answeredUnknown';
  return clientKnown ? 'missedKnown' : 'missedUnknown';
}

export function creations(name: CellName, occasion: Occasion): Part {
  const { facts, direction } = occasion;
  const cell = direction.cells[name];
  const stop = creationsStopped(occasion);
  if (stop) return none(stop);
  if (!cell.enabled || !cell.action) return none(because('cell_off', { cell: name }));
  const bar = creationsBarred(occasion, cell);
  if (bar) return none(bar);
  if (!facts.ended && !createsAtAnswer(cell, occasion)) return none(because('created_at_the_end'));
  return byAction[cell.action](cell, occasion);
}

/** R3: the manager needs the card while talking; everything else waits for the end. */
function createsAtAnswer({ action }: CellSettings, { verdict, direction }: Occasion): boolean {
  return (
    verdict.kind === 'answered' &&
    direction.createAt === 'answer' &&
    (action === 'create_contact' || action === 'create_contact_and_deal')
  );
}

type ActionRule = (cell: CellSettings, occasion: Occasion) => Part;

/** R2, row by row. */
const byAction: Record<NonNullable<CellSettings['action']>, ActionRule> = {
  create_contact_and_deal: (cell, occasion) => {
    const scope = occasion.direction.activeDealScope;
    return occasion.clientKnown
      ? promise([dealEffect(cell, occasion, 'card_owner', scope, [])])
      : promise([contactEffect(cell, occasion), dealEffect(cell, occasion, 'default', scope, ['contact'])]);
  },

  create_contact: (cell, occasion) =>
    occasion.clientKnown ? none(because('client_already_known')) : promise([contactEffect(cell, occasion)]),

  create_deal_always: (cell, occasion) =>
    occasion.clientKnown ? promise([dealEffect(cell, occasion, 'card_owner', null, [])]) : none(because('not_offered')),

  create_unsorted: (cell, occasion) => {
    const until = recordingAwaitedUntil(occasion);
    if (until !== null && occasion.situation.now < until) {
      return { ...none(because('waits_for_recording')), wait: { for: 'recording', until } };
    }
    return promise([unsortedEffect(cell, occasion)]);
  },
};

function contactEffect(cell: CellSettings, occasion: Occasion): PlannedEffect {
  const { facts, direction } = occasion;
  return {
    effect: 'contact',
    after: [],
    ruleIds: ['R2'],
    reason: because('creates_contact'),
    causedAt: causedAt(cell, occasion),
    intent: {
      kind: 'ensure_contact',
      name: contactName(facts),
      responsibleUserId: direction.defaultResponsibleUserId,
      tags: tagsFor(facts, direction),
    },
  };
}

function dealEffect(
  cell: CellSettings,
  occasion: Occasion,
  responsible: CreateDealIntent['responsible'],
  unlessActiveDealIn: CreateDealIntent['unlessActiveDealIn'],
  after: readonly EffectName[],
): PlannedEffect {
  const { facts, direction } = occasion;
  return {
    effect: 'deal',
    after,
    ruleIds: ['R2'],
    reason: because(unlessActiveDealIn === null ? 'creates_deal_always' : 'creates_deal'),
    causedAt: causedAt(cell, occasion),
    intent: {
      kind: 'create_deal',
      name: dealName(facts),
      pipelineId: required(cell.pipelineId, 'pipelineId'),
      statusId: required(cell.statusId, 'statusId'),
      responsible,
      defaultResponsibleUserId: direction.defaultResponsibleUserId,
      unlessActiveDealIn,
      tags: tagsFor(facts, direction),
    },
  };
}

/** R11: the same whether the answer was heard before the end, with it, or never: then the end looks back over the talk. */
function causedAt(cell: CellSettings, occasion: Occasion): string {
  const { facts } = occasion;
  if (!createsAtAnswer(cell, occasion)) return endedAt(facts);
  const answeredAt = talkingLegs(facts).at(0)?.answeredAt;
  return answeredAt ?? new Date(Date.parse(endedAt(facts)) - talkSeconds(facts) * 1000).toISOString();
}
