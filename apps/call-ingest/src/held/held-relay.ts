import { dispositionOf, inTransaction } from '@perezvon/postgres';
import { type Logger, type Readiness } from '@perezvon/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource, type EntityManager } from 'typeorm';
import { type AccountDirectory } from '../accounts/account-directory.js';
import { rejection } from '../canonical/rejection.js';
import { Intake } from '../intake/intake.js';
import { takeDelivery } from '../intake/take.js';
import { type IntakeProducer } from '../kafka/intake-producer.js';
import {
  deleteHeld,
  type HeldDelivery,
  keepHeld,
  lockDueDeliveries,
  releaseKnownAccounts,
  UNKNOWN_ACCOUNT_WAIT_MS,
} from './held-deliveries.js';

const PAUSE_MS = 500;
const PAUSE_AFTER_FAILURE_MS = 2_000;
/** One transaction stays open while Kafka is asked: small, so that a slow broker holds few locks. */
const MAX_PER_TURN = 200;
const PRODUCE_TIMEOUT_MS = 5_000;

/**
 * Brings held deliveries to Kafka, and the directory up to date.
 *
 *   created ──start()──▶ running ──stop()──▶ stopping ──turn is over──▶ stopped
 *
 * A turn locks what is due, takes it anew as its door would, produces, and deletes, all in one transaction. A crash after
 * the produce repeats it: same event ids, same rejected ids, so nothing becomes double. Any number of processes may
 * relay; the locks part them.
 */
export class HeldRelay {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private lastFailure: string | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: AccountDirectory,
    private readonly producer: IntakeProducer,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Unready while Postgres is away: without it nothing can be held, and new accounts are not learned. */
  readonly readiness = (): Readiness =>
    this.lastFailure === undefined ? { ready: true } : { ready: false, reason: this.lastFailure };

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const pauseMs = await this.turn();
      await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined); // woken by stop()
    }
  }

  private async turn(): Promise<number> {
    try {
      await this.directory.refresh();
      await releaseKnownAccounts(this.dataSource);
      this.lastFailure = undefined;
    } catch (error) {
      this.lastFailure = dispositionOf(error) === 'unavailable' ? 'database unavailable' : 'database failed';
      this.logger.error({ err: error }, 'the accounts could not be read');
      return PAUSE_AFTER_FAILURE_MS;
    }
    try {
      const relayed = await inTransaction(this.dataSource, (tx) => this.relay(tx));
      return relayed === MAX_PER_TURN ? 0 : PAUSE_MS;
    } catch (error) {
      this.logger.warn({ err: error }, 'held deliveries could not be relayed, they stay held');
      return PAUSE_AFTER_FAILURE_MS;
    }
  }

  private async relay(tx: EntityManager): Promise<number> {
    const due = await lockDueDeliveries(tx, MAX_PER_TURN);
    if (due.length === 0) return 0;
    const intake = new Intake(Date.now());
    const stillUnknown: string[] = [];
    for (const held of due) {
      if (this.takeAgain(held, intake) === 'still_unknown') stillUnknown.push(held.id);
    }
    await this.producer.store(intake, PRODUCE_TIMEOUT_MS);
    await keepHeld(tx, stillUnknown);
    const gone = due.map(({ id }) => id).filter((id) => !stillUnknown.includes(id));
    await deleteHeld(tx, gone);
    if (gone.length > 0) this.logger.info({ relayed: gone.length }, 'held deliveries relayed');
    return due.length;
  }

  private takeAgain(held: HeldDelivery, intake: Intake): 'taken' | 'still_unknown' {
    const { delivery } = held;
    const result = takeDelivery(delivery, { nowMs: intake.nowMs, knowsAccount: this.directory.knows });
    intake.calls.push(...result.calls);
    intake.accepted.push(...result.accepted);
    intake.rejected.push(...result.rejected);
    const unknown = result.unknownAccount[0];
    if (unknown === undefined) return 'taken';
    if (!held.isOverdue) return 'still_unknown';
    intake.reject(
      rejection(
        'unknown_account',
        `No such account became known within ${UNKNOWN_ACCOUNT_WAIT_MS / 60_000} minutes: create it in the settings ` +
          'API and have the event replayed, or correct account_id.',
        { errors: [{ path: 'account_id', message: 'is not a known account' }], accountId: unknown.accountId },
      ),
      delivery,
    );
    return 'taken';
  }
}
