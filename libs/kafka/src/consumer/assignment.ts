import { setMaxListeners } from 'node:events';

/**
 * The partitions that one generation of the group gave us.
 *
 *   held ──drop()──▶ dropped      another member may have them: handlers abort, nothing is committed any more
 *   held ──abort()─▶ held         stopping: handlers abort, what they finished is still committed
 */
export class Assignment {
  private readonly controller = new AbortController();
  private droppedAt: number | undefined;

  constructor(private readonly partitions: Readonly<Record<string, readonly number[]>>) {
    // One listener per batch in flight, which may be more than Node's warning allows.
    setMaxListeners(0, this.controller.signal);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isDropped(): boolean {
    return this.droppedAt !== undefined;
  }

  /** Monotonic ms; undefined while held. */
  get droppedAtMs(): number | undefined {
    return this.droppedAt;
  }

  has(topic: string, partition: number): boolean {
    return this.partitions[topic]?.includes(partition) ?? false;
  }

  topicPartitions(): { topic: string; partitions: number[] }[] {
    return Object.entries(this.partitions).map(([topic, partitions]) => ({ topic, partitions: [...partitions] }));
  }

  drop(reason: string): void {
    this.droppedAt ??= performance.now();
    this.controller.abort(new Error(reason));
  }

  abort(reason: string): void {
    this.controller.abort(new Error(reason));
  }
}
