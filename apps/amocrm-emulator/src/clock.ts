/** Time as the emulator sees it: limits, listing lag, timestamps and held answers all come from here. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Runs `task` once `delayMs` have passed on this clock; the returned function calls it off. */
  after(delayMs: number, task: () => void): () => void;
}

export class SystemClock implements Clock {
  nowMs(): number {
    return Date.now();
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  }
}

/** Stands still until `advance` moves it, so that a test can pass hours (a block, a lag, a subscription) at once. */
export class VirtualClock implements Clock {
  private tasks: { atMs: number; run: () => void }[] = [];

  constructor(private currentMs = Date.UTC(2026, 0, 1)) {}

  nowMs(): number {
    return this.currentMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const task = { atMs: this.currentMs + delayMs, run };
    this.tasks.push(task);
    return () => {
      this.tasks = this.tasks.filter((other) => other !== task);
    };
  }

  /** Moves time on and runs what falls due on the way, in order of time; a task may add further tasks. */
  advance(ms: number): void {
    const untilMs = this.currentMs + ms;
    for (;;) {
      const due = this.tasks.filter((task) => task.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.tasks = this.tasks.filter((task) => task !== due);
      this.currentMs = Math.max(this.currentMs, due.atMs);
      due.run();
    }
    this.currentMs = untilMs;
  }
}
