interface Positioned {
  readonly offset: string;
}

/**
 * Which messages of a batch are settled: handled, parked, or known to be done before. It outlives the attempts, so a
 * message that was settled in one is not handed over in the next, and it says how far the offset may move.
 */
export class BatchProgress {
  /** All messages before this index are settled. */
  private prefix = 0;
  /** Settled out of order. */
  private readonly single = new Set<string>();

  constructor(private readonly messages: readonly Positioned[]) {}

  /** All messages up to this offset, inclusive, are settled. Never moves back. */
  settleThrough(offset: string | undefined): void {
    if (offset !== undefined) this.advance(BigInt(offset));
  }

  /** One message of the batch is settled, whatever stands before it. */
  settle(offset: string): void {
    const first = this.messages[this.prefix];
    if (first === undefined || BigInt(offset) < BigInt(first.offset)) return;
    this.single.add(offset);
    this.advance(-1n);
  }

  /** Those of the batch's messages that still have to be handled, in order. */
  remaining<M extends Positioned>(messages: readonly M[]): readonly M[] {
    if (this.prefix === 0 && this.single.size === 0) return messages;
    const first = this.messages[this.prefix];
    if (first === undefined) return [];
    const from = BigInt(first.offset);
    return messages.filter(({ offset }) => BigInt(offset) >= from && !this.single.has(offset));
  }

  /** How many are settled. */
  get settledCount(): number {
    return this.prefix + this.single.size;
  }

  /** The last offset of the settled beginning: the group's offset may move past it. Undefined: nothing yet. */
  get settledThrough(): string | undefined {
    return this.messages[this.prefix - 1]?.offset;
  }

  private advance(through: bigint): void {
    for (let next = this.messages[this.prefix]; next !== undefined; next = this.messages[this.prefix]) {
      if (!this.single.delete(next.offset) && BigInt(next.offset) > through) return;
      this.prefix++;
    }
  }
}
