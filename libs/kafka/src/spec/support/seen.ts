import { type MessageBatch } from '../../message.js';
import { type Item } from './cluster.js';

/** Ids that a handler was given, by partition, in the order in which it was given them. */
export class Seen {
  private readonly ids = new Map<number, string[]>();

  add({ partition, messages }: MessageBatch<Item | null>): void {
    const ids = this.ids.get(partition) ?? [];
    ids.push(...messages.map(({ value }) => value?.id ?? 'null'));
    this.ids.set(partition, ids);
  }

  of(partition: number): string[] {
    return this.ids.get(partition) ?? [];
  }

  all(): string[] {
    return [...this.ids.values()].flat();
  }
}

/** `from`, …, `to - 1` as ids. */
export function ids(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => String(from + i));
}

/** The same as messages of itemContract(). */
export function items(from: number, to: number): string[] {
  return ids(from, to).map((id) => JSON.stringify({ id }));
}
