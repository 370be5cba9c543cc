import { ProduceError } from '../errors.js';

/**
 * One caller's send until all of its chunks are written, or the first failure or its time decides.
 *
 *   waiting ──all chunks written──▶ settled (resolved)
 *   waiting ──refused, timed out, producer closed──▶ settled (rejected); chunks not yet sent are dropped
 */
export class Delivery {
  readonly promise: Promise<void>;
  private resolve: () => void = () => undefined;
  private reject: (error: ProduceError) => void = () => undefined;
  private readonly timer: NodeJS.Timeout;
  private unwritten = 0;
  private settled = false;
  /** A request with records of this send was handed to the client. */
  private attempted = false;

  constructor(topic: string, timeoutMs: number) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.timer = setTimeout(() => {
      const message = `not acknowledged within ${String(timeoutMs)} ms on ${topic}`;
      this.fail((inDoubt) => new ProduceError('produce_timeout', message, true, inDoubt));
    }, timeoutMs);
  }

  get isSettled(): boolean {
    return this.settled;
  }

  expectChunks(count: number): void {
    this.unwritten += count;
  }

  markAttempted(): void {
    this.attempted = true;
  }

  chunkWritten(): void {
    this.unwritten--;
    if (this.unwritten === 0 && this.settle()) this.resolve();
  }

  fail(error: (inDoubt: boolean) => ProduceError): void {
    if (this.settle()) this.reject(error(this.attempted));
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    return true;
  }
}
