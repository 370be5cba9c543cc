import type { EffectCommand } from '@perezvon/contracts';
import { columns, inTransaction, Outbox } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { effectOf, type EffectRow, type StoredEffect } from './effect-row.js';
import { IllegalMove, move, moveCancelled, type Assumptions, type Happening } from './effect-state.js';
import { newsOf, resultOf } from './results.js';
import { abandonedEffects } from './sql/abandoned-effects.js';
import { blockDependants, dependantsOf } from './sql/block-dependants.js';
import { lockEffects } from './sql/lock-effects.js';
import { saveEffects } from './sql/save-effects.js';

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

/** A request must not be sent any more: another writer holds the lane, or nobody does. */
export class LeaseLost extends Error {
  readonly code = 'lease_lost';

  constructor(lane: string) {
    super(`the lease of lane ${lane} is lost`);
    this.name = 'LeaseLost';
  }
}

/** Proof of holding a lane, as it stands in Postgres. */
export interface Fence {
  readonly lane: string;
  readonly holder: string;
  /** bigint as text */
  readonly epoch: string;
}

/**
 * The effects ledger: load → move (pure) → save → tell, each in one transaction with what it tells (outbox). Every change
 * of a row goes through {@link move}; the SQL knows no transitions.
 */
export class Ledger {
  private readonly outbox = new Outbox();

  constructor(
    private readonly dataSource: DataSource,
    private readonly assumptions: Assumptions,
    private readonly log: LedgerLog,
    /** Something was committed to the outbox. */
    private readonly onNews: () => void,
  ) {}

  /**
   * Commits the intent to send, if the lane is still held. Nothing may leave before this returns, and everything that
   * leaves afterwards is in doubt until its outcome is recorded.
   * @throws LeaseLost
   */
  async commitIntents(
    fence: Fence,
    intents: readonly { readonly effect: EffectRow; readonly learnt: Learnt }[],
    now: number,
  ): Promise<EffectRow[]> {
    return inTransaction(this.dataSource, async (tx) => {
      const held: unknown[] = await tx.query(
        `select 1 from lane where lane = $1 and holder = $2 and epoch = $3::bigint and lease_until > clock_timestamp()`,
        [fence.lane, fence.holder, fence.epoch],
      );
      // Not locked: a successor may take the lane before this commits. It sweeps 'sending' rows of older epochs in every
      // round, and our own last check by the monotonic clock keeps the request from leaving.
      if (held.length === 0) throw new LeaseLost(fence.lane);
      return this.moveIn(
        tx,
        intents.map(({ effect, learnt }) => ({
          seq: effect.seq,
          happened: () => ({ what: 'intent_committed', at: now, epoch: Number(fence.epoch) }),
          learnt,
        })),
        now,
      );
    });
  }

  /**
   * Records what happened, together with the results it publishes.
   * @param also more to write in the same transaction (own contacts, crm.clients.v1)
   * @returns the rows as they now stand
   */
  async record(
    moves: readonly Move[],
    now: number,
    also?: (tx: EntityManager, outbox: Outbox) => Promise<void>,
  ): Promise<EffectRow[]> {
    if (moves.length === 0) return [];
    const rows = await inTransaction(this.dataSource, async (tx) => {
      const moved = await this.moveIn(tx, moves, now);
      await also?.(tx, this.outbox);
      return moved;
    });
    this.onNews();
    return rows;
  }

  /** A transaction with the outbox, for what is told without an effect. */
  async inTransaction(work: (tx: EntityManager, outbox: Outbox) => Promise<void>): Promise<void> {
    await inTransaction(this.dataSource, (tx) => work(tx, this.outbox));
    this.onNews();
  }

  /** Requests whose sender is gone become doubts. `leaseEnd`: until when it may have sent. */
  async takeOver(lane: string, epoch: string, leaseEnd: number, now: number): Promise<number> {
    const abandoned: { seq: string }[] = await this.dataSource.query(abandonedEffects, [lane, epoch]);
    const moves = abandoned.map(({ seq }): Move => ({
      seq,
      happened: () => ({ what: 'sender_lost', at: now, leaseEnd }),
    }));
    return (await this.record(moves, now)).length;
  }

  /** Ends effects that nothing can be sent for: they are parked with the reason, doubts keep what is open. */
  async giveUp(tx: EntityManager, seqs: readonly string[], reason: string, now: number): Promise<void> {
    await this.moveIn(
      tx,
      seqs.map((seq) => ({ seq, happened: () => ({ what: 'given_up', reason }) })),
      now,
    );
  }

  /** Parked effects wait again, or are looked at if their doubt is open. @returns their lanes, to be woken */
  async retry(tx: EntityManager, seqs: readonly string[], now: number): Promise<string[]> {
    const moved = await this.moveIn(
      tx,
      seqs.map((seq) => ({ seq, happened: () => ({ what: 'retried', at: now }), learnt: { isRefreshed: false } })),
      now,
    );
    return [...new Set(moved.map(({ lane }) => lane).filter((lane) => lane !== ''))];
  }

  /** Newer revisions of these were stored. */
  async revise(tx: EntityManager, seqs: readonly string[], now: number): Promise<void> {
    await this.moveIn(
      tx,
      seqs.map((seq) => ({ seq, happened: () => ({ what: 'revised', at: now }) })),
      now,
    );
  }

  /** These belong to the younger of two ids of one call (R15). */
  async cancel(
    tx: EntityManager,
    effects: readonly { readonly seq: string; readonly inFavourOf: string }[],
    now: number,
  ): Promise<void> {
    await this.moveIn(
      tx,
      effects.map(({ seq, inFavourOf }) => ({
        seq,
        happened: () => ({ what: 'cancelled' }),
        learnt: { cancelledFor: inFavourOf },
      })),
      now,
    );
  }

  /** By a person's word, with everything that depends on it (design.md, Ledger). */
  async discard(
    tx: EntityManager,
    seq: string,
    { reason, detail = null }: { readonly reason: string; readonly detail?: string | null },
    now: number,
  ): Promise<void> {
    const dependants: { seq: string }[] = await tx.query(dependantsOf, [seq]);
    const seqs = [seq, ...dependants.map((row) => row.seq)];
    await this.moveIn(
      tx,
      seqs.map((each) => ({ seq: each, happened: () => ({ what: 'discarded', reason }), learnt: { detail } })),
      now,
    );
  }

  private async moveIn(tx: EntityManager, moves: readonly Move[], now: number): Promise<EffectRow[]> {
    if (moves.length === 0) return [];
    const bySeq = new Map(moves.map((one) => [one.seq, one]));
    const locked: StoredEffect[] = await tx.query(lockEffects, [[...bySeq.keys()]]);
    const moved: EffectRow[] = [];
    for (const row of locked.map(effectOf)) {
      const one = bySeq.get(row.seq);
      const after = one && this.moveOne(row, one);
      if (after) moved.push(after);
    }
    const told = moved.map((row) => ({ row, news: newsOf(row) }));
    await saveEffects(
      tx,
      told.map(({ row, news }) => ({ ...row, reported: news ?? row.reported })),
    );
    await this.outbox.append(
      tx,
      told.filter(({ news }) => news !== null).map(({ row }) => resultOf(row, new Date(now))),
    );
    await this.holdDependants(
      tx,
      moved.map((row) => row.command),
    );
    return moved;
  }

  private moveOne(row: EffectRow, { happened, learnt }: Move): EffectRow | null {
    const happening = happened(row);
    try {
      const by = row.cancelledFor === null ? move : moveCancelled;
      const state = by(row.state, happening, this.assumptions);
      const attempts = row.attempts + (happening.what === 'intent_committed' ? 1 : 0);
      const after = { ...row, detail: null, ...learnt, state, attempts };
      this.log.info(
        {
          ...namesOf(row),
          from: row.state.is,
          to: state.is,
          what: happening.what,
          reason: 'reason' in state ? state.reason : null,
        },
        'effect moved',
      );
      return after;
    } catch (error) {
      if (!(error instanceof IllegalMove)) throw error;
      // A zombie's late answer, or a move decided on a row that has moved on: what stands in the ledger wins.
      this.log.warn({ ...namesOf(row), err: error }, 'effect left as it is');
      return null;
    }
  }

  /** A parked effect holds the rest of its call. */
  async holdDependants(tx: EntityManager, commands: readonly EffectCommand[]): Promise<void> {
    const calls = [...new Map(commands.map((c) => [`${c.accountId}|${c.callId}`, c])).values()];
    await tx.query(
      blockDependants,
      columns(
        calls,
        (c) => c.accountId,
        (c) => c.callId,
      ),
    );
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
