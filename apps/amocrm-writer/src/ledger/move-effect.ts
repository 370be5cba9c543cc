import type { EffectRow } from './effect-row.js';
import { IllegalMove, move, moveCancelled, type Assumptions, type Happening } from './effect-state.js';

/** What an effect learns with a move, besides its state. */
export type Learnt = Partial<
  Pick<
    EffectRow,
    | 'detail'
    | 'sent'
    | 'batchMax'
    | 'isRefreshed'
    | 'entities'
    | 'amocrmId'
    | 'existed'
    | 'ruleIds'
    | 'reasons'
    | 'cancelledFor'
  >
>;

/** One thing that happened to one effect. Absent = decided against after seeing the locked row. */
export interface Move {
  readonly seq: string;
  /** `effect` is the locked row: what was stored meanwhile (a newer revision) is in it. */
  readonly happened: (effect: EffectRow) => Happening;
  readonly learnt?: Learnt;
}

export interface LedgerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * The row after what happened to it; null = the diagram does not have this move and the row is left as it is. The one way
 * in which any ledger changes a row.
 */
export function moveEffect(
  row: EffectRow,
  { happened, learnt }: Move,
  assumptions: Assumptions,
  log: LedgerLog,
): EffectRow | null {
  const happening = happened(row);
  try {
    const by = row.cancelledFor === null ? move : moveCancelled;
    const state = by(row.state, happening, assumptions);
    const attempts = row.attempts + (happening.what === 'intent_committed' ? 1 : 0);
    const reason = 'reason' in state ? state.reason : null;
    log.info({ ...namesOf(row), from: row.state.is, to: state.is, what: happening.what, reason }, 'effect moved');
    return { ...row, detail: null, ...learnt, state, attempts };
  } catch (error) {
    if (!(error instanceof IllegalMove)) throw error;
    // A zombie's late answer, or a move decided on a row that has moved on: what stands in the ledger wins.
    log.warn({ ...namesOf(row), err: error }, 'effect left as it is');
    return null;
  }
}

/** What every log line about an effect names: no phone, no card. */
export function namesOf({ command, seq, lane }: EffectRow): object {
  return {
    accountId: command.accountId,
    callId: command.callId,
    effect: command.effect,
    revision: command.revision,
    commandId: command.commandId,
    seq,
    lane,
  };
}
