import { type ConsumerMetrics } from '../metrics.js';
import { type Policy } from './policy.js';

/** Reports each batch that was settled: how many messages, and how long from handing over to done, retries included. */
export function measure<T>(metrics: Required<ConsumerMetrics>, now: () => number = () => performance.now()): Policy<T> {
  return (next) => async (batch) => {
    const startedMs = now();
    await next(batch);
    metrics.handled(batch.topic, batch.messages.length, now() - startedMs);
  };
}
