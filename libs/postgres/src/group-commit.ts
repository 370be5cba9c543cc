import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from './errors.js';

export interface GroupLimits {
  /** What one commit takes beyond its first batch. */
  readonly maxItems: number;
  /** Commits under way at once. */
  readonly atOnce: number;
  /** For so long (ms) after a commit more may gather before the next; what comes after idleness does not wait. */
  readonly restMs?: number;
}

interface Batch<Item> {
  readonly items: readonly Item[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits together what is handed over together: a transaction costs its round trips whatever its size, and one fetch of
 * Kafka brings a batch of each partition at the same moment.
 *
 *     added ──a commit is free──▶ in a group with all that was added meanwhile ──▶ committed
 *                                                                  └─ refused ──▶ each batch by itself
 */
export class GroupCommit<Item> {
  private waiting: Batch<Item>[] = [];
  private running = 0;
  private isDue = false;
  /** So many batches go by themselves: together they may have been too much for the time that a statement has. */
  private alone = 0;

  /** @param commit all or nothing; may be called again with the same items */
  constructor(
    private readonly commit: (items: readonly Item[]) => Promise<void>,
    private readonly limits: GroupLimits,
  ) {}

  /** Resolves when the items are committed. @throws what `commit` threw of them, not of their neighbours */
  add(items: readonly Item[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ items, resolve, reject });
      this.startSoon();
    });
  }

  /** In the event loop's next round: until then the other batches are added. */
  private startSoon(): void {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      while (this.waiting.length > 0 && this.running < this.limits.atOnce) this.start(this.nextGroup());
    });
  }

  private start(group: readonly Batch<Item>[]): void {
    this.running += 1;
    void this.commitGroup(group)
      .then(() => this.rest())
      .finally(() => {
        this.running -= 1;
        this.startSoon();
      });
  }

  private async rest(): Promise<void> {
    if (this.limits.restMs !== undefined && this.alone === 0) await sleep(this.limits.restMs);
  }

  private nextGroup(): readonly Batch<Item>[] {
    const group = this.waiting.splice(0, 1);
    if (this.alone > 0) {
      this.alone -= 1;
      return group;
    }
    let room = this.limits.maxItems - (group[0]?.items.length ?? 0);
    for (let next = this.waiting[0]; next && next.items.length <= room; next = this.waiting[0]) {
      room -= next.items.length;
      group.push(next);
      this.waiting.shift();
    }
    return group;
  }

  /** Never rejects. */
  private async commitGroup(group: readonly Batch<Item>[]): Promise<void> {
    try {
      await this.commit(group.flatMap(({ items }) => items));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length > 1 && isRetryable(error)) this.alone = group.length;
      if (group.length === 1 || isRetryable(error)) for (const { reject } of group) reject(error);
      else for (const batch of group) await this.commitGroup([batch]);
    }
  }
}
