import {
  NotAnAccountAddress,
  othersAfter,
  type BatchResult,
  type InDoubt,
  type Rejected,
  type Retry,
  type StopPortal,
} from '@perezvon/amocrm';
import type { PortalRow } from '../portals/portal.js';
import type { PortalStore } from '../portals/portal-store.js';
import { stoppingOf } from '../portals/portal-stop.js';
import { MarkerFieldMissing } from '../writes/marker-field.js';
import { NoCredentials, ReadFailure } from './lane-requests.js';
import type { LanePause } from './lane-leases.js';
import type { PostgresClock } from './postgres-clock.js';
import type { WriterLog } from './writer-log.js';
import { pauseMsAfter } from './pause.js';

/** What was to be done is put off by a failure. */
export interface Postponed {
  readonly reason: string;
  /** Unix milliseconds by Postgres's clock. */
  readonly until: number;
  /** It will be refused again. */
  readonly isFinal: boolean;
}

/**
 * Failures of one turn, as far as they concern more than one effect: stops portals, puts one off, pauses the lane. What a failure means
 * is the error table's to say (libs/amocrm, error-table.ts: `read`, `write` and `others`); this does it. What it means for an
 * effect itself is `writes/outcome.ts`.
 */
export class LaneFailures {
  private longest: LanePause | null = null;

  constructor(
    private readonly tools: {
      readonly portals: Pick<PortalStore, 'stop' | 'notReached'>;
      readonly clock: Pick<PostgresClock, 'now'>;
      readonly log: WriterLog;
    },
    /** Turns of this lane that ended in a failure before this one. */
    private readonly failedTurns: number,
  ) {}

  /** How long to leave the lane alone, and why; null = no need. */
  get pause(): LanePause | null {
    return this.longest;
  }

  /** When a write that was not applied may go again, by Postgres's clock. */
  readonly retryAt = (): number => this.tools.clock.now() + (this.longest?.ms ?? 0);

  /** Runs requests whose failure is not about one effect alone. @returns what their failure puts off; null = they worked */
  async settling(portal: PortalRow, work: () => Promise<void>): Promise<Postponed | null> {
    try {
      await work();
      return null;
    } catch (error) {
      return this.postponed(portal, error);
    }
  }

  /** What a failed request means. @throws what is not a request's failure */
  async postponed(portal: PortalRow, error: unknown): Promise<Postponed> {
    const now = this.tools.clock.now();
    if (error instanceof NoCredentials) {
      await this.tools.portals.stop(portal, { reason: 'no_credentials' }, now);
      return { reason: 'no_credentials', until: now, isFinal: false };
    }
    if (error instanceof NotAnAccountAddress) {
      await this.tools.portals.stop(portal, { reason: 'not_found' }, now);
      return { reason: 'not_found', until: now, isFinal: false };
    }
    if (error instanceof MarkerFieldMissing) return { reason: error.code, until: error.retryAt, isFinal: false };
    if (!(error instanceof ReadFailure)) throw error;
    return this.apply(portal, error.result);
  }

  /** The end of a write, whose effects have been seen to. */
  async written(portal: PortalRow, result: BatchResult<unknown>): Promise<void> {
    // A refusal is about the items; for the lane amoCRM has answered.
    if (result.kind !== 'done' && result.kind !== 'rejected') await this.apply(portal, result);
  }

  private async apply(portal: PortalRow, result: Rejected | Retry | StopPortal | InDoubt): Promise<Postponed> {
    const { portals, clock, log } = this.tools;
    const now = clock.now();
    const names = { accountId: portal.accountId, portalId: portal.portalId, lane: portal.lane };
    switch (result.kind) {
      case 'stop_portal': {
        const stop = stoppingOf(result);
        log.warn({ ...names, stop: stop.reason, cause: stop.cause }, 'portal stopped');
        await portals.stop(portal, stop, now);
        return { reason: stop.reason, until: now, isFinal: false };
      }
      case 'rejected':
        return { reason: result.reason, until: now, isFinal: true };
      case 'retry':
      case 'in_doubt': {
        const { reason } = result;
        const askedMs = result.kind === 'retry' ? (result.afterMs ?? 0) : 0;
        const ms = pauseMsAfter(this.failedTurns, askedMs);
        switch (othersAfter(result.kind, reason)) {
          case 'go_on':
            // What we held back ourselves is due at once; what stayed without an answer is looked for.
            return { reason: result.kind === 'retry' ? 'writer_stopped' : 'in_doubt', until: now, isFinal: false };
          case 'wait_for_portal':
            log.warn({ ...names, reason, pauseMs: ms }, 'portal not reached');
            await portals.notReached(portal.portalId, reason, now + ms);
            // As with a stop: due at once, as soon as the portal can be asked.
            return { reason, until: now, isFinal: false };
          case 'wait':
            log.warn({ ...names, reason, pauseMs: ms }, 'lane pauses');
            if (this.longest === null || this.longest.ms < ms) this.longest = { ms, reason };
            return { reason, until: now + this.longest.ms, isFinal: false };
        }
      }
    }
  }
}
