import type { EffectCommand } from '@perezvon/contracts';
import type { Driver, Process } from './driver.js';
import type { World } from './world.js';

/**
 * One partition of crm.commands.v1 with one consumer at a time: at least once, from the committed offset. The order of its
 * two steps is the product's (store, then move the offset); the client behind it has its own specs on a real broker.
 */
export class ModelTopic {
  private readonly records: (readonly EffectCommand[])[] = [];
  private offset = 0;
  private taking: Process | null = null;
  private news: () => void = () => undefined;

  constructor(
    private readonly driver: Driver,
    private readonly world: World,
    private readonly offsetFirst: boolean,
  ) {}

  get produced(): readonly EffectCommand[] {
    return this.records.flat();
  }

  /** Everything was taken, and nobody is at it. */
  get isRead(): boolean {
    return this.offset === this.records.length && (this.taking === null || this.taking.isDead);
  }

  produce(commands: readonly EffectCommand[]): void {
    this.records.push(commands);
    this.news();
  }

  /** Until the process dies. A batch that could not be stored is tried again. */
  async consume(process: Process): Promise<void> {
    while (!process.isDead) {
      const at = this.offset;
      const batch = this.records[at];
      this.taking = batch === undefined ? null : process;
      if (batch === undefined) await new Promise<void>((resolve) => (this.news = resolve));
      else await this.take(process, at, batch).catch(() => this.pause(process));
      this.taking = null;
    }
  }

  private async take(process: Process, at: number, batch: readonly EffectCommand[]): Promise<void> {
    const store = () => this.driver.step(process, 'store', () => this.world.store(batch));
    const commit = () =>
      this.driver.step(process, 'offset', () => {
        this.offset = at + 1;
      });
    if (this.offsetFirst) await commit();
    await store();
    if (!this.offsetFirst) await commit();
  }

  private pause(process: Process): Promise<void> {
    return new Promise((resolve) => this.driver.after(process, 500, resolve));
  }
}
