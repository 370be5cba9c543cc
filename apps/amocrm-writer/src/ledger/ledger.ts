import type { EffectCommand } from '@perezvon/contracts';
import { columns, inTransaction, Outbox } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import type { ClientMemory } from '../clients/client-memory.js';
import { effectOf, type EffectRow, type StoredEffect } from './effect-row.js';
import type { Assumptions } from './effect-state.js';
import { moveEffect, type Learnt, type LedgerLog, type Move } from './move-effect.js';
import { newsOf, resultOf } from './results.js';
import { abandonedEffects } from './sql/abandoned-effects.js';
import { blockDependants, dependantsOf } from './sql/block-dependants.js';
import { lockEffects } from './sql/lock-effects.js';
import { saveEffects } from './sql/save-effects.js';

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
 * of a row goes through {@link moveEffect}; the SQL knows no transitions.
 */
export class Ledger {
  private readonly outbox = new Outbox();

  constructor(
    private readonly dataSource: DataSource,
    private readonly assumptions: Assumptions,
    private readonly log: LedgerLog,
    /** Something was committed to the outbox. */
    private readonly onNews: () => void,
    private readonly memoryIn: (tx: EntityManager, outbox: Outbox) => ClientMemory,
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
   * @param also what is remembered of clients in the same transaction
   * @returns the rows as they now stand
   */
  async record(
    moves: readonly Move[],
    now: number,
    also?: (memory: ClientMemory) => Promise<void>,
  ): Promise<EffectRow[]> {
    if (moves.length === 0) return [];
    const rows = await inTransaction(this.dataSource, async (tx) => {
      const moved = await this.moveIn(tx, moves, now);
      await also?.(this.memoryIn(tx, this.outbox));
      return moved;
    });
    this.onNews();
    return rows;
  }

  /** What is learnt of clients without an effect. */
  async remember(work: (memory: ClientMemory) => Promise<void>): Promise<void> {
    await inTransaction(this.dataSource, (tx) => work(this.memoryIn(tx, this.outbox)));
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
    await this.waitAnew(tx, seqs);
    return [...new Set(moved.map(({ lane }) => lane).filter((lane) => lane !== ''))];
  }

  /** What was parked as too old would be so again at once: its age is that of the wait. A young one needs no row for it. */
  private async waitAnew(tx: EntityManager, seqs: readonly string[]): Promise<void> {
    await tx.query(
      `update effect set waits_since = clock_timestamp()
        where seq = any($1::bigint[]) and created_at < clock_timestamp() - interval '1 day'`,
      [seqs],
    );
  }

  /** Newer revisions of these were stored. */
  async revise(tx: EntityManager, seqs: readonly string[], now: number): Promise<void> {
    await this.moveIn(
      tx,
      seqs.map((seq) => ({ seq, happened: () => ({ what: 'revised', at: now }) })),
      now,
    );
    await this.waitAnew(tx, seqs);
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
    const mayHold: EffectCommand[] = [];
    for (const row of locked.map(effectOf)) {
      const one = bySeq.get(row.seq);
      const after = one && moveEffect(row, one, this.assumptions, this.log);
      if (!after) continue;
      moved.push(after);
      if (changesHolds(row, after)) mayHold.push(after.command);
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
    await this.holdDependants(tx, mayHold);
    return moved;
  }

  /** A parked effect holds the rest of its call. */
  async holdDependants(tx: EntityManager, commands: readonly EffectCommand[]): Promise<void> {
    if (commands.length === 0) return;
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

/** Who is held by whom changes when an effect is parked or is not any more, and for one that waits again. */
const changesHolds = (before: EffectRow, after: EffectRow): boolean =>
  before.state.is === 'parked' || after.state.is === 'parked' || after.state.is === 'waiting';
