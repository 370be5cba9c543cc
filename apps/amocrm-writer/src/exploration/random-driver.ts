import { perform, settle, settled, type Driver, type Process, type Step } from './driver.js';
import type { Random } from './random.js';

interface Event {
  readonly at: number;
  readonly process: Process | null;
  readonly act: () => void;
  isCancelled: boolean;
}

export interface RandomDriverSettings {
  /** How likely each place where something can go wrong does, until `faults` of them did. */
  readonly faultChance: number;
  readonly faults: number;
  readonly maxFreezeMs: number;
  /** Faults that this run leaves out, by name. */
  readonly without?: readonly string[];
}

/** One seed, one run: everything takes a random time in virtual milliseconds, and something random goes wrong. */
export class RandomDriver implements Driver {
  private time = Date.parse('2026-11-20T09:15:00.000Z');
  /** By time; of equal times the one scheduled first. */
  private readonly events: Event[] = [];
  private faultsLeft: number;
  readonly story: string[] = [];
  steps = 0;

  constructor(
    private readonly random: Random,
    private readonly settings: RandomDriverSettings,
  ) {
    this.faultsLeft = settings.faults;
  }

  now(): number {
    return this.time;
  }

  step<T>(process: Process, what: string, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => this.perform({ process, what, act, resolve, reject }));
  }

  read<T>(process: Process, _what: string, act: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.schedule(process, this.latency(), () => resolve(act()));
    });
  }

  travel(_what: string, act: () => void): void {
    this.schedule(null, this.random.between(5, 300), act);
  }

  after(process: Process | null, ms: number, act: () => void): () => void {
    const event = this.schedule(process, ms, act);
    return () => {
      event.isCancelled = true;
    };
  }

  fault<F extends string>(what: string, faults: readonly F[]): F | null {
    if (this.faultsLeft === 0 || !this.random.chance(this.settings.faultChance)) return null;
    const possible = faults.filter((each) => this.settings.without?.includes(each) !== true);
    const fault = possible[this.random.below(possible.length)];
    if (fault === undefined) return null;
    this.faultsLeft -= 1;
    this.tell(`${what}: ${fault}`);
    return fault;
  }

  length(minMs: number, maxMs: number): number {
    return this.random.between(minMs, maxMs);
  }

  tell(line: string): void {
    this.story.push(`${((this.time - Date.parse('2026-11-20T09:15:00.000Z')) / 1000).toFixed(3)} s  ${line}`);
  }

  /** Until `isOver`, or until so much virtual time has passed. @returns whether it was over */
  async run(isOver: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.time + limitMs;
    await settled();
    for (;;) {
      if (isOver()) return true;
      const event = this.events.shift();
      if (event === undefined || event.at > end) return false;
      const { process } = event;
      if (event.isCancelled || process?.isDead === true) continue;
      if (process !== null && process.frozenUntil > event.at) {
        this.insert({ ...event, at: process.frozenUntil });
        continue;
      }
      this.time = event.at;
      this.steps += 1;
      event.act();
      await settled();
    }
  }

  private perform<T>(step: Step<T>): void {
    const freezeMs = this.random.between(100, this.settings.maxFreezeMs);
    this.schedule(step.process, this.latency(), () => {
      perform(this, step, {
        freezeMs,
        again: (later) => this.schedule(later.process, 0, () => settle(later)),
      });
    });
  }

  /** A database answers within milliseconds, now and then within a third of a second. */
  private latency(): number {
    return this.random.chance(0.02) ? this.random.between(50, 300) : this.random.between(0, 5);
  }

  private schedule(process: Process | null, ms: number, act: () => void): Event {
    const event: Event = { at: this.time + ms, process, act, isCancelled: false };
    this.insert(event);
    return event;
  }

  private insert(event: Event): void {
    const place = this.events.findLastIndex(({ at }) => at <= event.at);
    this.events.splice(place + 1, 0, event);
  }
}
