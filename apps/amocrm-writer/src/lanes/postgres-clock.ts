/**
 * Postgres's clock, read off between two answers by this process's monotonic one. Leases and looks are measured by it, so
 * that a wall clock which jumps, or differs between two writers, moves neither (faults F19).
 */
export class PostgresClock {
  private offsetMs: number | null = null;

  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /** Takes a reading: Postgres said `saidMs` (Unix milliseconds) to a question asked at `askedAt` (monotonic). */
  learn(saidMs: number, askedAt: number): void {
    this.offsetMs = saidMs - (askedAt + this.monotonic()) / 2;
  }

  /** Unix milliseconds. Before the first reading it is this machine's wall clock. */
  now(): number {
    return this.offsetMs === null ? Date.now() : this.monotonic() + this.offsetMs;
  }
}
