import { inTransaction } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import type { PostgresClock } from '../lanes/postgres-clock.js';
import { wake } from '../lanes/wake.js';
import type { Ledger } from '../ledger/ledger.js';

/** `on_its_way`: sent and not known to stand yet; it is looked for first. */
export type ActionOutcome = 'done' | 'not_found' | 'not_parked' | 'already_settled' | 'on_its_way';

/** What a person may do with an effect that is not settled. Each is told on crm.results.v1. */
export class EffectActions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: Ledger,
    private readonly clock: PostgresClock,
    /** Something was committed to the outbox, and a lane may have work. */
    private readonly onStored: () => void,
  ) {}

  /** A parked effect waits again, or is looked at if its doubt is open. */
  async retry(accountId: string, effectId: string): Promise<ActionOutcome> {
    return this.act(accountId, effectId, async (tx, { seq, state }) => {
      if (state !== 'parked') return 'not_parked';
      const lanes = await this.ledger.retry(tx, [seq], this.clock.now());
      await wake(tx, lanes);
      return 'done';
    });
  }

  /** With everything that depends on it; the engine forgets the creation that it counted on. */
  async discard(accountId: string, effectId: string, note: string | null): Promise<ActionOutcome> {
    return this.act(accountId, effectId, async (tx, { seq, state, lane }) => {
      if (state === 'sending' || state === 'in_doubt') return 'on_its_way';
      if (state !== 'waiting' && state !== 'parked') return 'already_settled';
      await this.ledger.discard(tx, seq, { reason: 'by_operator', detail: note }, this.clock.now());
      await wake(tx, lane === null ? [] : [lane]);
      return 'done';
    });
  }

  private async act(
    accountId: string,
    effectId: string,
    action: (tx: EntityManager, row: ActedOn) => Promise<ActionOutcome>,
  ): Promise<ActionOutcome> {
    const outcome = await inTransaction(this.dataSource, async (tx): Promise<ActionOutcome> => {
      const [row]: ActedOn[] = await tx.query(
        `select seq::text, state, lane from effect where account_id = $1 and command->>'commandId' = $2 for update`,
        [accountId, effectId],
      );
      return row === undefined ? 'not_found' : action(tx, row);
    });
    if (outcome === 'done') this.onStored();
    return outcome;
  }
}

interface ActedOn {
  readonly seq: string;
  readonly state: string;
  readonly lane: string | null;
}
