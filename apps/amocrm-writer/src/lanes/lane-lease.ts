import type { Clock } from '@perezvon/amocrm';
import type { Fence } from '../ledger/ledger.js';

/**
 * The right to write to one lane: given by Postgres's clock, kept by renewing, and believed only as long as the monotonic
 * clock says that it cannot have run out. Nothing fences amoCRM itself (design.md, Fencing).
 *
 *   taken ──renewed──▶ taken ──released──▶ gone
 *     └──not renewed in time, or taken by another──▶ lost: `isHeld` is false, `lost` aborts
 */
export class LaneLease {
  private readonly loss = new AbortController();
  private heldUntil: number;

  constructor(
    readonly fence: Fence,
    /** Turns in a row that ended in a failure. */
    readonly failures: number,
    /** Until when the holder before this one may have sent, Unix milliseconds by Postgres's clock. */
    readonly previousHeldUntil: number,
    /** How long to send nothing at first: another process may just have used up the window. */
    readonly quietMs: number,
    private readonly monotonic: Clock,
    heldUntil: number,
  ) {
    this.heldUntil = heldUntil;
  }

  get lane(): string {
    return this.fence.lane;
  }

  /** The last check before a write: asked in the tick in which the request is handed to the socket. */
  readonly isHeld = (): boolean => !this.loss.signal.aborted && this.monotonic.now() < this.heldUntil;

  get lost(): AbortSignal {
    return this.loss.signal;
  }

  prolong(heldUntil: number): void {
    this.heldUntil = heldUntil;
  }

  lose(): void {
    this.loss.abort(new Error(`the lease of lane ${this.lane} is lost`));
  }
}
