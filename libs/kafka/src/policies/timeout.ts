import { HandlerTimeoutError, KafkaError } from '../errors.js';
import { type Policy } from './policy.js';

export interface TimeoutOptions {
  readonly timeoutMs: number;
  /** A handler still busy this long after its signal aborted is reported as hung. */
  readonly graceMs: number;
  readonly hung: HungHandlers;
}

/**
 * Bounds a handler: aborts its signal and waits until it has ended. It is not left behind, since a second run beside the
 * first would break the partition's order; one that never ends is a defect, shown in readiness, that ends the process.
 * A handler that finishes in spite of the abort has done its work.
 */
export function timeout<T>({ timeoutMs, graceMs, hung }: TimeoutOptions): Policy<T> {
  return (next) => async (batch) => {
    const controller = new AbortController();
    let graceTimer: NodeJS.Timeout | undefined;
    const abort = (reason: unknown): void => {
      graceTimer ??= setTimeout(() => hung.add(batch), graceMs);
      controller.abort(reason);
    };
    const onAbort = (): void => abort(batch.signal.reason);
    if (batch.signal.aborted) onAbort();
    batch.signal.addEventListener('abort', onAbort, { once: true });
    let isTimedOut = false;
    const timer = setTimeout(() => {
      isTimedOut = true;
      abort(new HandlerTimeoutError(timeoutMs));
    }, timeoutMs);
    try {
      await next({ ...batch, signal: controller.signal });
    } catch (error) {
      // What the handler says of its messages (poison, progress) is worth more than that it was late.
      throw isTimedOut && !(error instanceof KafkaError) ? new HandlerTimeoutError(timeoutMs, error) : error;
    } finally {
      clearTimeout(timer);
      clearTimeout(graceTimer);
      batch.signal.removeEventListener('abort', onAbort);
      hung.delete(batch);
    }
  };
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** The handlers that go on although they were told to stop. */
export class HungHandlers {
  private readonly places = new Map<Place, string>();

  add(place: Place): void {
    this.places.set(place, `${place.topic}/${String(place.partition)}`);
  }

  delete(place: Place): void {
    this.places.delete(place);
  }

  /** `topic/partition` of each. */
  list(): string[] {
    return [...this.places.values()];
  }
}
