/** How a person follows the start: one line per step that takes over a second, with the seconds it took. */
export class Progress {
  constructor(private readonly print: (line: string) => void) {}

  /** Does a step; announces it after a second, so that nobody looks at a silent terminal. */
  async step<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const since = performance.now();
    let isAnnounced = false;
    const timer = setTimeout(() => {
      isAnnounced = true;
      this.print(`${what} …`);
    }, 1_000);
    try {
      const result = await work();
      if (isAnnounced) this.print(`${what}: ${seconds(performance.now() - since)} s`);
      return result;
    } catch (error) {
      if (isAnnounced) this.print(`${what}: failed after ${seconds(performance.now() - since)} s`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Milliseconds as seconds with one decimal. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
