import { type Clock } from '@perezvon/amocrm-emulator';

/** Real time that can be made to jump ahead: the quarter of an hour until a blocked account may be probed passes at once. */
export class SkippableClock implements Clock {
  private skippedMs = 0;

  nowMs(): number {
    return Date.now() + this.skippedMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  }

  /** Tasks that are set keep their real delay. */
  skip(ms: number): void {
    this.skippedMs += ms;
  }
}
