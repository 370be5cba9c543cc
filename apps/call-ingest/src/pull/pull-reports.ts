import { type Logger } from '@perezvon/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AccountDirectory, type AuthorisedSource } from '../accounts/account-directory.js';
import { type IngestMetrics } from '../ingest-metrics.js';
import { type IntakeProducer } from '../kafka/intake-producer.js';
import { askVendor, intakeOf, type PullAccess } from './ask-vendor.js';
import { type PulledCall } from './pull-adapter.js';
import { type PullCursors, type PullTurn } from './pull-cursors.js';

const LOOK_EVERY_MS = 5_000;
const PULL_EVERY_MS = 60 * 60_000;
const AGAIN_AFTER_FAILURE_MS = 5 * 60_000;
/** Reports are asked by start, and no call lasts longer: R4 ends it after this. */
const LONGEST_CALL_MS = 24 * 60 * 60_000;
/** Rows that the vendor wrote late, or that finished in the second of the cursor, are pulled again. */
const OVERLAP_MS = 10 * 60_000;
/** How far a PBX's clock, or the zone that it is read in, may be from ours: no two zones are farther apart. */
const CLOCKS_APART_MS = 26 * 60 * 60_000;
const PRODUCE_TIMEOUT_MS = 30_000;

/**
 * Reconciliation (reference/pbx-events.md §4.7, 9): every hour the calls that finished since the last time, whether or
 * not their events came. Same ids as the pushes, so what was known already changes nothing. Up to when they finished is
 * told by the vendor's rows alone: its clock may be hours from ours. What to ask for is told by our clock alone, so that
 * a PBX where nobody calls is not asked for more and more.
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
      await this.cursors.finish(turn, null, AGAIN_AFTER_FAILURE_MS);
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
    const window = {
      fromMs: turn.askedUntilMs - LONGEST_CALL_MS - OVERLAP_MS - CLOCKS_APART_MS,
      toMs: nowMs + CLOCKS_APART_MS,
    };
    const rows = (await askVendor(source, window, this.access, this.stopping.signal)) ?? [];
    const newestMs = newestFinish(rows.filter(({ translated }) => !('rejected' in translated)));
    const cursorMs = cursorOf(turn, newestMs, nowMs);
    const calls = rows.filter(({ finishedAtMs }) => finishedAtMs === null || finishedAtMs > cursorMs - OVERLAP_MS);
    const { intake, taken } = intakeOf(calls, source, nowMs);
    await this.producer.store(intake, PRODUCE_TIMEOUT_MS);
    const passedOver = rows.length - calls.length;
    this.metrics.pulled(intake, passedOver);
    // A time that our clock has not reached would, once it is mended, pass over all calls until then.
    const toldMs = newestFinish(taken.filter(({ finishedAtMs }) => finishedAtMs !== null && finishedAtMs <= nowMs));
    const progress = {
      finishedUntilMs: Math.max(cursorMs, toldMs ?? cursorMs),
      isToldByVendor: turn.isToldByVendor || (toldMs !== null && toldMs >= cursorMs),
      askedUntilMs: nowMs,
    };
    await this.cursors.finish(turn, progress, PULL_EVERY_MS);
    const told = {
      accountId: source.accountId,
      sourceId: turn.sourceId,
      rows: rows.length,
      calls: calls.length,
      passedOver,
      events: intake.calls.length,
      rejected: intake.rejected.length,
      newestMinutesAgo: newestMs === null ? null : Math.round((nowMs - newestMs) / 60_000),
    };
    this.logger.info(told, 'a report was pulled');
  }
}

/**
 * Where this turn begins. A report always has the row that told the cursor, or a newer one: if all of it is older, the
 * vendor's clock or zone is another one now. What came since the last turn is then at the end of the report.
 */
function cursorOf({ finishedUntilMs, isToldByVendor, askedUntilMs }: PullTurn, newestMs: number | null, nowMs: number) {
  if (!isToldByVendor || newestMs === null || newestMs >= finishedUntilMs) return finishedUntilMs;
  return newestMs - (nowMs - askedUntilMs);
}

function newestFinish(calls: readonly PulledCall[]): number | null {
  return calls.reduce<number | null>((newest, { finishedAtMs }) => {
    return finishedAtMs === null || (newest !== null && newest >= finishedAtMs) ? newest : finishedAtMs;
  }, null);
}
