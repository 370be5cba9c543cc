import type { CardNow } from '../../resolution.js';
import {
  answered,
  DEFAULT_INCOMING,
  endedAnswered,
  endedMissed,
  instantAt,
  PETROVA_IN_CRM,
  PIPELINE,
  recorded,
  STAGE,
  started,
  withContact,
  withDeal,
  withDealAlways,
  withUnsorted,
} from '../given.js';
import { CARD_OWNER, FIRST_STAGE, MAIN_PIPELINE, portalNow } from '../portal-now.js';
import { KNOWN, KNOWN_COMPANY, MADE_BY_CALL, type History } from './history.js';

/** What is written of a decision, by what amoCRM holds at the moment of writing: R2, R5, R6, R9, R11, R12. */

const everyTask = { answeredTask: { enabled: true }, missedTask: { enabled: true } };
const answeredCall = [started(), answered(), endedAnswered()];
const missedCall = [started(), endedMissed()];
const afterIt = instantAt(80);
const aWeekLater = '2025-03-11T09:13:20.000Z';

const card = (more: Partial<CardNow> = {}): CardNow => ({
  type: 'contact',
  id: 77,
  responsibleUserId: CARD_OWNER,
  activeDeals: [],
  ...more,
});
const madeByCall = (...activeDeals: CardNow['activeDeals']): CardNow => ({ ...MADE_BY_CALL, activeDeals });
const here = { id: 5, pipelineId: PIPELINE };
const elsewhere = { id: 6, pipelineId: MAIN_PIPELINE };

const ofMoments: readonly History[] = [
  {
    name: 'r02-deal-became-active-meanwhile',
    title: 'A deal became active while the command waited: it is the deal, whatever pipeline it is in',
    settings: { cells: { answeredKnown: withDeal } },
    client: KNOWN,
    events: answeredCall,
    writing: [{ at: afterIt, effect: 'deal', card: card({ activeDeals: [elsewhere] }) }],
  },
  {
    name: 'r02-deal-active-in-another-pipeline',
    title: 'activeDealScope = same_pipeline: a deal in another pipeline is none in the way',
    settings: { cells: { answeredKnown: withDeal }, incoming: { activeDealScope: 'same_pipeline' } },
    client: KNOWN,
    events: answeredCall,
    writing: [{ at: afterIt, effect: 'deal', card: card({ activeDeals: [elsewhere] }) }],
  },
  {
    name: 'r02-deal-always-beside-active-ones',
    title: 'create_deal_always: a new deal on the card, whatever deals exist',
    settings: { cells: { answeredKnown: withDealAlways } },
    client: KNOWN,
    events: answeredCall,
    writing: [{ at: afterIt, effect: 'deal', card: card({ activeDeals: [here, elsewhere] }) }],
  },
  {
    name: 'r02-unsorted-beside-active-deals',
    title: 'An unsorted record is made even if the client has active deals, and carries the call',
    settings: { cells: { missedKnown: withUnsorted } },
    client: KNOWN,
    events: missedCall,
    writing: [
      { at: afterIt, effect: 'unsorted', card: card({ activeDeals: [here] }) },
      { at: afterIt, effect: 'note', card: card({ activeDeals: [here] }), isInUnsorted: true },
    ],
  },
  {
    name: 'r05-card-made-by-hand-meanwhile',
    title: 'A person made the card before the contact was written: it is linked to, and its responsible counts',
    settings: { cells: { answeredUnknown: withDeal } },
    events: answeredCall,
    writing: [
      { at: afterIt, effect: 'contact', card: card({ id: 78 }) },
      { at: afterIt, effect: 'deal', card: card({ id: 78 }) },
    ],
  },
  {
    name: 'r05-card-merged-meanwhile',
    title: 'Contact 77 was merged into 70 before the deal was written: the deal goes to what is left',
    settings: { cells: { answeredKnown: withDeal } },
    client: KNOWN,
    events: answeredCall,
    writing: [{ at: afterIt, effect: 'deal', card: card({ id: 70 }) }],
  },
  {
    name: 'r05-card-deleted-meanwhile',
    title: 'The card was deleted before anything was written: the deal stands alone, no note is owed',
    settings: { cells: { answeredKnown: withDeal } },
    client: KNOWN,
    events: answeredCall,
    writing: [
      { at: afterIt, effect: 'deal', card: null },
      { at: afterIt, effect: 'note', card: null },
    ],
  },
  {
    name: 'r05-deal-on-the-company',
    title: 'Only a company has the number: the deal is linked to it, and the call’s place is the deal',
    settings: { cells: { answeredKnown: withDeal } },
    client: KNOWN_COMPANY,
    events: answeredCall,
    writing: [
      { at: afterIt, effect: 'deal', card: card({ type: 'company', id: 88 }) },
      { at: afterIt, effect: 'note', card: card({ type: 'company', id: 88, activeDeals: [here] }) },
    ],
  },
  {
    name: 'r06-place-is-the-deal-just-made',
    title: 'Contact, deal, then task and note on the one active deal, which is the call’s own',
    settings: { cells: { answeredUnknown: withDeal }, incoming: everyTask },
    events: answeredCall,
    writing: [
      { at: afterIt, effect: 'contact', card: null },
      { at: afterIt, effect: 'deal', card: madeByCall() },
      { at: afterIt, effect: 'task.answered', card: madeByCall(here) },
      { at: afterIt, effect: 'note', card: madeByCall(here) },
    ],
  },
  {
    name: 'r06-place-is-the-contact-with-two-deals',
    title: 'The client has two active deals: task and note go to the contact, the missed task to its responsible',
    settings: { incoming: everyTask },
    client: KNOWN,
    events: missedCall,
    writing: [
      { at: afterIt, effect: 'task.missed', card: card({ activeDeals: [here, elsewhere] }) },
      { at: afterIt, effect: 'note', card: card({ activeDeals: [here, elsewhere] }) },
    ],
  },
  {
    name: 'r06-task-alone-written-late',
    title: 'A task without a card stands alone, and written three hours late it still leaves 15 minutes',
    settings: { incoming: { missedTask: { enabled: true, text: 'Перезвонить клиенту' } } },
    events: missedCall,
    writing: [{ at: '2025-03-04T12:00:00.000Z', effect: 'task.missed', card: null }],
  },
  {
    name: 'r09-note-updated-where-it-stands',
    title: 'A recording comes after the note: the same note is updated where it stands, though the deal was closed',
    settings: {},
    client: KNOWN,
    events: [...answeredCall, recorded()],
    writing: [
      { at: afterIt, effect: 'note', card: card({ activeDeals: [here] }) },
      { at: instantAt(91), effect: 'note', revision: 2, card: card(), note: { id: 900, on: { type: 'lead', id: 5 } } },
    ],
  },
  {
    name: 'r11-delivered-a-week-later',
    title: 'amoCRM was away for a week: the note has the call’s own start, the task still 15 minutes',
    settings: { incoming: everyTask },
    client: KNOWN,
    events: answeredCall,
    writing: [
      { at: aWeekLater, effect: 'task.answered', card: card() },
      { at: aWeekLater, effect: 'note', card: card() },
    ],
  },
];

const ofBrokenRules: readonly History[] = [
  {
    name: 'r12-stage-deleted',
    title: 'The stage was deleted: the first working stage of its own pipeline',
    settings: { cells: { answeredKnown: withDeal } },
    client: KNOWN,
    events: answeredCall,
    portal: portalNow({ deletedStages: [STAGE] }),
    writing: [{ at: afterIt, effect: 'deal', card: card() }],
  },
  {
    name: 'r12-pipeline-deleted',
    title: 'The pipeline was deleted: the first working stage of the main one',
    settings: { cells: { missedUnknown: withDeal } },
    events: missedCall,
    portal: portalNow({ deletedPipelines: [PIPELINE] }),
    writing: [{ at: afterIt, effect: 'deal', card: madeByCall() }],
  },
  {
    name: 'r12-pipeline-without-a-working-stage',
    title: 'Every working stage of the pipeline was deleted: the first one of the main pipeline',
    settings: { cells: { answeredKnown: withDealAlways } },
    client: KNOWN,
    events: answeredCall,
    portal: portalNow({ deletedStages: [FIRST_STAGE, STAGE] }),
    writing: [{ at: afterIt, effect: 'deal', card: card() }],
  },
  {
    name: 'r12-unsorted-pipeline-deleted',
    title: 'The pipeline of an unsorted record was deleted: the main one takes it',
    settings: { cells: { missedUnknown: withUnsorted } },
    events: missedCall,
    portal: portalNow({ deletedPipelines: [PIPELINE] }),
    writing: [{ at: afterIt, effect: 'unsorted', card: null }],
  },
  {
    name: 'r12-unsorted-off-for-an-unknown-client',
    title: 'Unsorted was switched off: contact and deal instead, and the note that the record would have carried',
    settings: { cells: { missedUnknown: withUnsorted } },
    events: missedCall,
    portal: portalNow({ isUnsortedOff: true }),
    writing: [
      { at: afterIt, effect: 'unsorted', card: null },
      { at: afterIt, effect: 'note', card: madeByCall(here) },
    ],
  },
  {
    name: 'r12-unsorted-off-for-a-known-client',
    title: 'Unsorted was switched off: no second contact, a deal on the card',
    settings: { cells: { missedKnown: withUnsorted } },
    client: KNOWN,
    events: missedCall,
    portal: portalNow({ isUnsortedOff: true }),
    writing: [{ at: afterIt, effect: 'unsorted', card: card() }],
  },
  {
    name: 'r12-unsorted-off-and-a-deal-active',
    title: 'Unsorted was switched off and the client has an active deal: no other one',
    settings: { cells: { missedKnown: withUnsorted } },
    client: KNOWN,
    events: missedCall,
    portal: portalNow({ isUnsortedOff: true }),
    writing: [{ at: afterIt, effect: 'unsorted', card: card({ activeDeals: [elsewhere] }) }],
  },
  {
    name: 'r12-unsorted-off-in-its-pipeline',
    title: 'Unsorted was switched off in that pipeline alone: contact and deal there',
    settings: { cells: { answeredUnknown: withUnsorted }, incoming: { unsortedRecordWaitSec: 0 } },
    events: answeredCall,
    portal: portalNow({ unsortedOffIn: [PIPELINE] }),
    writing: [{ at: afterIt, effect: 'unsorted', card: null }],
  },
  {
    name: 'r12-default-responsible-deactivated',
    title: 'The default responsible was deactivated: the field is left out of contact and deal',
    settings: { cells: { answeredUnknown: withDeal } },
    events: answeredCall,
    portal: portalNow({ deactivated: [DEFAULT_INCOMING] }),
    writing: [
      { at: afterIt, effect: 'contact', card: null },
      { at: afterIt, effect: 'deal', card: madeByCall() },
    ],
  },
  {
    name: 'r12-card-owner-deactivated',
    title: 'The card’s responsible was deactivated: deal and missed task go to the default one',
    settings: { cells: { missedKnown: withDeal }, incoming: everyTask },
    client: KNOWN,
    events: missedCall,
    portal: portalNow({ deactivated: [CARD_OWNER] }),
    writing: [
      { at: afterIt, effect: 'deal', card: card() },
      { at: afterIt, effect: 'task.missed', card: card({ activeDeals: [here] }) },
    ],
  },
  {
    name: 'r12-employee-deactivated',
    title: 'The amoCRM user of who took the call was deactivated: task and note go to the default one',
    settings: { cells: { answeredUnknown: withContact }, incoming: everyTask },
    events: answeredCall,
    portal: portalNow({ deactivated: [PETROVA_IN_CRM] }),
    writing: [
      { at: afterIt, effect: 'task.answered', card: madeByCall() },
      { at: afterIt, effect: 'note', card: madeByCall() },
    ],
  },
];

export const writingHistories: readonly History[] = [...ofMoments, ...ofBrokenRules];
