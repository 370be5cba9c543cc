import type { BatchResult, FieldError, ItemOutcome } from '@perezvon/amocrm';
import type { EffectRow } from '../ledger/effect-row.js';
import type { Happening } from '../ledger/effect-state.js';
import type { Learnt } from '../ledger/move-effect.js';
import { stopReasonOf } from '../portals/portal-stop.js';
import type { Made } from './made.js';
import type { Outgoing, WriteItem } from './prepare.js';

/** What one item's share of an answer means. */
export interface ItemEnd {
  readonly effect: EffectRow;
  readonly happened: (effect: EffectRow) => Happening;
  readonly learnt: Learnt;
  readonly made: Made | null;
}

/** What an answer means for the effects it was for, and for the portal. Pure. */
export interface AnswerMeaning {
  /** In the order of `items.flat()`. */
  readonly ends: readonly ItemEnd[];
  /** amoCRM refused an id that our copy of the portal holds, or our field: read the portal anew before the next try. */
  readonly copyIsStale: boolean;
}

/**
 * @param items as their intents were committed
 * @param now when the answer came, or when we stopped waiting for it
 * @param retryAt when a write that was not applied may go again
 */
export function meaningOf(
  items: readonly WriteItem[],
  result: BatchResult<Made>,
  now: number,
  retryAt: number,
): AnswerMeaning {
  const each = (end: (write: Outgoing, index: number) => ItemEnd): readonly ItemEnd[] => items.flat().map(end);
  const none = { copyIsStale: false };
  switch (result.kind) {
    case 'done': {
      const ends = each((write, index) => itemEnd(write, result.value[index], now));
      return { ends, copyIsStale: result.value.some((item) => item.kind === 'rejected' && isAboutIds(item.errors)) };
    }
    case 'in_doubt':
      return { ...none, ends: each((write) => missing(write, result.reason, now)) };
    case 'retry':
      return { ...none, ends: each((write) => notApplied(write, result.reason, retryAt)) };
    case 'stop_portal':
      return { ...none, ends: each((write) => notApplied(write, stopReasonOf(result.reason), now)) };
    case 'rejected': {
      const named = new Map(result.items.map((item) => [item.index, item.errors]));
      const ends = items.flatMap((item, index) => {
        const errors = named.get(index);
        if (errors !== undefined) return refusedItem(item, result.reason, errors, now);
        if (items.length === 1) return refusedItem(item, result.reason, [], now, result.detail);
        // Its company was refused: whether it was kept is not documented (amocrm-api.md §2.5). Look, then send it again:
        // as before if somebody was named, in half the company if nobody was.
        const learnt = named.size > 0 ? {} : { batchMax: Math.max(1, Math.ceil(items.length / 2)) };
        if (result.unnamedMayBeApplied) return item.map((write) => missing(write, 'batch_refused', now, learnt));
        return refusedItem(item, result.reason, [], now, result.detail);
      });
      return { ends, copyIsStale: result.items.some((item) => isAboutIds(item.errors)) };
    }
  }
}

/** R12: creations wait as `tariff_limit`. */
export function heldByTariff(items: readonly WriteItem[], until: number): AnswerMeaning {
  return { ends: items.flat().map((write) => notApplied(write, 'tariff_limit', until)), copyIsStale: false };
}

function itemEnd(write: Outgoing, item: ItemOutcome<Made> | undefined, now: number): ItemEnd {
  if (item === undefined) return missing(write, 'missing_in_answer', now);
  switch (item.kind) {
    case 'done':
      return written(write, item.value, now);
    case 'rejected':
      return refused(write, 'validation_failed', item.errors, now);
    case 'in_doubt':
      return missing(write, item.reason, now);
  }
}

function written({ effect, resolution, sent }: Outgoing, made: Made, now: number): ItemEnd {
  const existed = made.wasMerged ?? false;
  return {
    effect,
    happened: ({ command }) => ({ what: 'written', at: now, newerWanted: command.revision > sent.revision }),
    learnt: {
      entities: made.entities,
      amocrmId: made.amocrmId,
      existed,
      ruleIds: existed ? [...resolution.ruleIds, 'R17'] : resolution.ruleIds,
      reasons: resolution.reasons,
    },
    made,
  };
}

function missing({ effect, resolution }: Outgoing, reason: string, now: number, learnt: Learnt = {}): ItemEnd {
  return {
    effect,
    happened: () => ({ what: 'answer_missing', sentUnder: epochOf(effect), at: now, reason }),
    learnt: { ...learnt, ruleIds: resolution.ruleIds, reasons: resolution.reasons },
    made: null,
  };
}

function notApplied({ effect }: Outgoing, reason: string, notBefore: number, learnt: Learnt = {}): ItemEnd {
  const sentUnder = epochOf(effect);
  return { effect, happened: () => ({ what: 'not_applied', sentUnder, notBefore, reason }), learnt, made: null };
}

/**
 * A refused contact with its deal: amoCRM's path says which of the two it is about, and the other goes by itself. Where no
 * path says so, both do.
 */
function refusedItem(
  item: WriteItem,
  reason: string,
  errors: readonly FieldError[],
  now: number,
  words?: string,
): readonly ItemEnd[] {
  const [first, deal] = item;
  if (deal === undefined) return [refused(first, reason, errors, now, words)];
  const ofContact = errors.filter(({ path }) => path.startsWith('_embedded.contacts'));
  const ofDeal = errors.filter((error) => !ofContact.includes(error));
  const apart = (write: Outgoing): ItemEnd =>
    notApplied(write, 'sent_apart', now, isAboutIds(errors) ? {} : { batchMax: 1 });
  return [
    ofContact.length > 0 ? refused(first, reason, ofContact, now, words) : apart(first),
    ofDeal.length > 0 ? refused(deal, reason, ofDeal, now, words) : apart(deal),
  ];
}

/**
 * An id that is no longer valid is resolved anew, once, from a fresh copy of the portal (R12); a card that was merged away
 * or deleted between our reading and our writing once more from whoever has the phone then. Else the refusal is final.
 */
function refused(write: Outgoing, code: string, errors: readonly FieldError[], now: number, words?: string): ItemEnd {
  const { effect } = write;
  const detail = errors.map(inWords).join('; ') || words || null;
  const sentUnder = epochOf(effect);
  if (isSecondWithoutMarker(write, errors)) {
    return {
      effect,
      happened: () => ({ what: 'refused', sentUnder, reason: 'marker_field_deleted' }),
      learnt: { detail },
      made: null,
    };
  }
  const anew = isAboutIds(errors)
    ? { reason: 'portal_copy_stale', notBefore: now }
    : isAboutCard(errors)
      ? { reason: 'card_gone', notBefore: now + cardGoneMs }
      : null;
  if (anew !== null && !effect.isRefreshed)
    return notApplied(write, anew.reason, anew.notBefore, { isRefreshed: true, detail });
  return { effect, happened: () => ({ what: 'refused', sentUnder, reason: code }), learnt: { detail }, made: null };
}

/**
 * A deal that is sent again, and our field is gone: its values went with it, so no look for the first request could have
 * found anything. Whether that one stands only a person can say.
 */
function isSecondWithoutMarker({ effect, sent }: Outgoing, errors: readonly FieldError[]): boolean {
  return (
    sent.kind === 'lead' &&
    effect.attempts > 1 &&
    errors.some(({ code, path }) => isChoice(code) && ourField.test(path))
  );
}

const isChoice = (code: string): boolean => code === 'NotSupportedChoice';
const ourField = /(field_id|field_code)/;

/** Of the request whose answer this is. */
const epochOf = ({ state }: EffectRow): number | null => (state.is === 'sending' ? state.epoch : null);

/** amoCRM's own sentence, masked by libs/amocrm, and the field it is about. */
const inWords = ({ code, path, detail }: FieldError): string => `${detail ?? code}${path === '' ? '' : ` (${path})`}`;

const idsOfThePortal = /(responsible_user_id|created_by|status_id|pipeline_id|field_id|field_code)/;

function isAboutIds(errors: readonly FieldError[]): boolean {
  return errors.some(({ code, path }) => isChoice(code) && idsOfThePortal.test(path));
}

/** The search lags behind a merge or a deletion as it does behind a write. */
const cardGoneMs = 5_000;
const idsOfCards = /^(entity_id|_embedded\.(contacts|companies)\.\d+\.id)$/;

function isAboutCard(errors: readonly FieldError[]): boolean {
  return errors.some(({ path }) => idsOfCards.test(path));
}
