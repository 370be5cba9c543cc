import { type Logger } from '@perezvon/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AccountDirectory, type AuthorisedSource } from '../accounts/account-directory.js';
import { type IngestMetrics } from '../ingest-metrics.js';
import { type IntakeProducer } from '../kafka/intake-producer.js';
import { askVendor, intakeOf, type PullAccess } from './ask-vendor.js';
import { type PullCursors, type PullTurn } from './pull-cursors.js';

const LOOK_EVERY_MS = 5_000;
const PULL_EVERY_MS = 60 * 60_000;
const AGAIN_AFTER_FAILURE_MS = 5 * 60_000;
/** Reports are asked by start, and no call lasts longer: R4 ends it after this. */
const LONGEST_CALL_MS = 24 * 60 * 60_000;
/** Rows that the vendor wrote late, or that finished in the second of the cursor, are pulled again. */
const OVERLAP_MS = 10 * 60_000;
/** Even without calls the cursor follows the clock, one turn behind, so that the window does not grow. */
const CURSOR_BEHIND_MS = PULL_EVERY_MS;
const PRODUCE_TIMEOUT_MS = 30_000;

/**
 * Reconciliation (reference/pbx-events.md §4.7, 9): every hour the calls that finished since the last time, whether or
 * not their events came. Same ids as the pushes, so what was known already changes nothing.
 *
 *   created ──start()──▶ running ──stop()──▶ stopped; a report that is being read is given up and read again
 */
export class PullReports {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly directory: AccountDirectory,
    private readonly cursors: PullCursors,
    private readonly producer: IntakeProducer,
    private readonly access: PullAccess,
    private readonly metrics: Pick<IngestMetrics, 'pulled'>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    if (this.access.keys !== undefined) this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** One source's turn, if one is due. */
  async turn(): Promise<'pulled' | 'failed' | 'nothing_due'> {
    const sources = new Map(this.directory.pulled().map((each) => [each.source.sourceId.toLowerCase(), each]));
    const turn = await this.cursors.claim([...sources.keys()], LONGEST_CALL_MS);
    const source = turn === null ? undefined : sources.get(turn.sourceId);
    if (turn === null || source === undefined) return 'nothing_due';
    try {
      await this.pull(source, turn);
      return 'pulled';
    } catch (error) {
      if (this.stopping.signal.aborted) return 'failed';
      const { accountId } = source;
      this.logger.warn({ err: error, accountId, sourceId: turn.sourceId }, 'a report could not be pulled');
      await this.cursors.finish(turn, turn.finishedUntilMs, AGAIN_AFTER_FAILURE_MS);
      return 'failed';
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const outcome = await this.turn().catch((error: unknown) => {
        this.logger.error({ err: error }, 'whose report is due could not be read');
        return 'failed' as const;
      });
      if (outcome === 'pulled') continue;
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined); // woken by stop()
    }
  }

  private async pull(source: AuthorisedSource, turn: PullTurn): Promise<void> {
    const nowMs = Date.now();
    const window = { fromMs: turn.finishedUntilMs - LONGEST_CALL_MS - OVERLAP_MS, toMs: nowMs };
    const calls = (await askVendor(source, window, this.access, this.stopping.signal)) ?? [];
    const finished = calls.filter((call) => (call.finishedAtMs ?? nowMs) > turn.finishedUntilMs - OVERLAP_MS);
    const intake = intakeOf(finished, source, nowMs);
    await this.producer.store(intake, PRODUCE_TIMEOUT_MS);
    this.metrics.pulled(intake);
    const newest = Math.max(nowMs - CURSOR_BEHIND_MS, ...finished.map((call) => call.finishedAtMs ?? 0));
    await this.cursors.finish(turn, Math.min(newest, nowMs), PULL_EVERY_MS);
    const { accountId } = source;
    const [events, rejected] = [intake.calls.length, intake.rejected.length];
    const told = { accountId, sourceId: turn.sourceId, calls: finished.length, events, rejected };
    this.logger.info(told, 'a report was pulled');
  }
}
