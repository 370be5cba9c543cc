import type { EffectCommand } from '@perezvon/contracts';
import type { ClientMemory } from '../clients/client-memory.js';
import type { EffectRow } from '../ledger/effect-row.js';
import type { Assumptions, Happening } from '../ledger/effect-state.js';
import { LeaseLost, type Fence } from '../ledger/ledger.js';
import { moveEffect, type Learnt, type LedgerLog, type Move } from '../ledger/move-effect.js';
import { newsOf } from '../ledger/results.js';
import { markerOf, newestPerEffect } from '../ledger/store-wishes.js';
import type { MemoryLanes } from './memory-lanes.js';

/** What was told of an effect: crm.results.v1 without its words. */
export interface Told {
  readonly seq: string;
  readonly news: string;
  readonly at: number;
}

/**
 * The ledger without Postgres: every method is one transaction. Rows move by the same function as there, and both pass one
 * list of behaviours (`ledger/ledger-behaviours.ts`), so what is found out about the writer on this one holds on that one.
 */
export class MemoryLedger {
  /** In the order of arrival. */
  readonly rows = new Map<string, EffectRow>();
  readonly told: Told[] = [];

  constructor(
    private readonly lanes: MemoryLanes,
    private readonly assumptions: Assumptions,
    private readonly log: LedgerLog,
    private readonly memory: ClientMemory,
    /** Virtual Unix milliseconds: Postgres's clock. */
    private readonly now: () => number,
    private readonly laneOf: (command: EffectCommand) => string | null,
  ) {}

  /** As `storeWishes`. */
  store(commands: readonly EffectCommand[]): void {
    const now = this.now();
    for (const command of newestPerEffect(commands)) {
      const stored = this.find(command);
      if (stored === undefined) {
        const seq = String(this.rows.size + 1);
        this.rows.set(seq, newRow(seq, command, this.laneOf(command) ?? '', now));
      } else if (stored.command.revision < command.revision) {
        this.rows.set(stored.seq, { ...stored, command });
        this.moveAll([stored.seq], { what: 'revised', at: now });
      }
      this.lanes.wake(this.laneOf(command));
    }
  }

  /** @throws LeaseLost */
  commitIntents(
    fence: Fence,
    intents: readonly { readonly effect: EffectRow; readonly learnt: Learnt }[],
    at: number,
  ): EffectRow[] {
    if (!this.lanes.isHeld(fence)) throw new LeaseLost(fence.lane);
    const happening: Happening = { what: 'intent_committed', at, epoch: Number(fence.epoch) };
    return this.move(intents.map(({ effect: { seq }, learnt }) => ({ seq, happened: () => happening, learnt })));
  }

  record(moves: readonly Move[], also?: (memory: ClientMemory) => Promise<void>): EffectRow[] {
    const moved = this.move(moves);
    // The memory's promises are done before they are given: the transaction stays one step.
    void also?.(this.memory);
    return moved;
  }

  abandoned(lane: string, epoch: string): EffectRow[] {
    return [...this.rows.values()].filter(
      (row) => row.lane === lane && row.state.is === 'sending' && row.state.epoch < Number(epoch),
    );
  }

  takeOver(lane: string, epoch: string, leaseEnd: number, at: number): number {
    const seqs = this.abandoned(lane, epoch).map(({ seq }) => seq);
    return this.moveAll(seqs, { what: 'sender_lost', at, leaseEnd }).length;
  }

  giveUp(seqs: readonly string[], reason: string): void {
    this.moveAll(seqs, { what: 'given_up', reason });
  }

  retry(seqs: readonly string[]): void {
    this.moveAll(seqs, { what: 'retried', at: this.now() });
  }

  /** With everything of its call that depends on it. */
  discard(seq: string, reason: string): void {
    const taken = new Set([seq]);
    for (const each of taken) {
      const row = this.rows.get(each);
      for (const other of this.rows.values()) {
        const depends = row && isOfCall(other, row.command) && other.command.after.includes(row.command.effect);
        if (depends === true && other.state.is === 'waiting') taken.add(other.seq);
      }
    }
    this.moveAll([...taken], { what: 'discarded', reason });
  }

  private find(command: EffectCommand): EffectRow | undefined {
    return [...this.rows.values()].find((row) => isOfCall(row, command) && row.command.effect === command.effect);
  }

  private moveAll(seqs: readonly string[], happening: Happening): EffectRow[] {
    return this.move(seqs.map((seq) => ({ seq, happened: () => happening })));
  }

  private move(moves: readonly Move[]): EffectRow[] {
    return moves.flatMap((one) => {
      const row = this.rows.get(one.seq);
      const moved = row && moveEffect(row, one, this.assumptions, this.log);
      if (moved == null) return [];
      const news = newsOf(moved);
      const after = { ...moved, reported: news ?? moved.reported };
      if (news !== null) this.told.push({ seq: one.seq, news, at: this.now() });
      this.rows.set(one.seq, after);
      return [after];
    });
  }
}

export const isOfCall = (row: EffectRow, command: Pick<EffectCommand, 'accountId' | 'callId'>): boolean =>
  row.command.accountId === command.accountId && row.command.callId === command.callId;

function newRow(seq: string, command: EffectCommand, lane: string, now: number): EffectRow {
  return {
    seq,
    lane,
    command,
    state: { is: 'waiting', notBefore: now, reason: null },
    detail: null,
    attempts: 0,
    marker: markerOf(command),
    sent: null,
    batchMax: 50,
    isRefreshed: false,
    entities: [],
    amocrmId: null,
    existed: false,
    ruleIds: [],
    reasons: [],
    reported: null,
    cancelledFor: null,
  };
}
