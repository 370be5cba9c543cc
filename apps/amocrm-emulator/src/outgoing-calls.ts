import { type Clock } from './clock.js';

export interface OutgoingCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the other side has, on the emulator's clock. */
  readonly deadlineMs: number;
}

/** The status that came back; `timeout` when the deadline passed first, `unreachable` when there is no answer at all. */
export type CallResult = number | 'timeout' | 'unreachable';

/** Requests that amoCRM makes of others: hooks. They are never retried here; whoever makes them decides that. */
export class OutgoingCalls {
  private readonly running = new Set<AbortController>();
  private readonly started = new Set<Promise<unknown>>();

  constructor(private readonly clock: Clock) {}

  /** Makes a call whose result interests nobody. */
  start(call: OutgoingCall): void {
    this.own(this.make(call));
  }

  /** Takes over what goes on in the background: `close` waits for it. */
  own(work: Promise<unknown>): void {
    this.started.add(work);
    const done = () => this.started.delete(work);
    work.then(done, done);
  }

  async make(call: OutgoingCall): Promise<CallResult> {
    const stop = new AbortController();
    this.running.add(stop);
    const outcome = { isLate: false };
    const disarm = this.clock.after(call.deadlineMs, () => {
      outcome.isLate = true;
      stop.abort();
    });
    try {
      const { method, url, headers = {}, body = null } = call;
      const response = await fetch(url, { method, headers, body, redirect: 'manual', signal: stop.signal });
      // The status decides; the body is not read, only released.
      await response.body?.cancel();
      return response.status;
    } catch {
      // Refused, reset, no such host or aborted: for the one who calls it is all the same, the hook did not arrive.
      return outcome.isLate ? 'timeout' : 'unreachable';
    } finally {
      disarm();
      this.running.delete(stop);
    }
  }

  /** Breaks off what is under way and waits for its end. */
  async close(): Promise<void> {
    for (const call of this.running) call.abort();
    await Promise.allSettled(this.started);
  }
}
