import type { BatchResult, FieldError, ItemOutcome } from '@perezvon/amocrm';
import type { EffectRow } from '../ledger/effect-row.js';
import type { Happening } from '../ledger/effect-state.js';
import type { Learnt } from '../ledger/ledger.js';
import { stopReasonOf } from '../portals/portal-stop.js';
import type { Made } from './made.js';
import type { Outgoing } from './prepare.js';

/** What one item's share of an answer means. */
export interface ItemEnd {
  readonly effect: EffectRow;
  readonly happened: (effect: EffectRow) => Happening;
  readonly learnt: Learnt;
  readonly made: Made | null;
}

/** What an answer means for its writes and for the portal. Pure. */
export interface AnswerMeaning {
  readonly ends: readonly ItemEnd[];
  /** amoCRM refused an id that our copy of the portal holds, or our field: read the portal anew before the next try. */
  readonly copyIsStale: boolean;
}

/**
 * @param now when the answer came, or when we stopped waiting for it
 * @param retryAt when a write that was not applied may go again
 */
export function meaningOf(
  writes: readonly Outgoing[],
  result: BatchResult<Made>,
  now: number,
  retryAt: number,
): AnswerMeaning {
  const each = (end: (write: Outgoing, index: number) => ItemEnd): readonly ItemEnd[] => writes.map(end);
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
      const ends = each((write, index) => {
        const errors = named.get(index);
        if (errors !== undefined) return refused(write, result.reason, errors, now);
        if (writes.length === 1) return refused(write, result.reason, [], now, result.detail);
        // Its company was refused: whether it was kept is not documented (amocrm-api.md §2.5). Look, then send it: with
        // the others if somebody was named, alone if nobody was.
        if (result.unnamedMayBeApplied) return missing(write, 'batch_refused', now, { isAlone: named.size === 0 });
        return refused(write, result.reason, [], now, result.detail);
      });
      return { ends, copyIsStale: result.items.some((item) => isAboutIds(item.errors)) };
    }
  }
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
  return {
    effect,
    happened: ({ command }) => ({ what: 'written', at: now, newerWanted: command.revision > sent.revision }),
    learnt: { entities: made.entities, amocrmId: made.amocrmId, existed: false, ruleIds: resolution.ruleIds },
    made,
  };
}

function missing({ effect, resolution }: Outgoing, reason: string, now: number, learnt: Learnt = {}): ItemEnd {
  return {
    effect,
    happened: () => ({ what: 'answer_missing', at: now, reason }),
    learnt: { ...learnt, ruleIds: resolution.ruleIds },
    made: null,
  };
}

function notApplied({ effect }: Outgoing, reason: string, notBefore: number): ItemEnd {
  return { effect, happened: () => ({ what: 'not_applied', notBefore, reason }), learnt: {}, made: null };
}

/** An id that is no longer valid is resolved anew, once, from a fresh copy of the portal (R12); else the refusal is final. */
function refused(write: Outgoing, reason: string, errors: readonly FieldError[], now: number, words?: string): ItemEnd {
  const { effect } = write;
  const detail = errors.map(({ code, path }) => `${code} ${path}`.trim()).join('; ') || words || null;
  if (isAboutIds(errors) && !effect.isRefreshed) {
    const happened = (): Happening => ({ what: 'not_applied', notBefore: now, reason: 'portal_copy_stale' });
    return { effect, happened, learnt: { isRefreshed: true, detail }, made: null };
  }
  return { effect, happened: () => ({ what: 'refused', reason }), learnt: { detail }, made: null };
}

const idsOfThePortal = /(responsible_user_id|created_by|status_id|pipeline_id|field_id|field_code)/;

function isAboutIds(errors: readonly FieldError[]): boolean {
  return errors.some(({ code, path }) => code === 'NotSupportedChoice' && idsOfThePortal.test(path));
}
