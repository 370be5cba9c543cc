import { describeError } from './mask.js';
import { type Logger } from './logger.js';

/** Called as things happen; labels are bounded (topics, partitions, codes). */
export interface ConsumerMetrics {
  /** Messages in the partition behind what is handled. */
  lag?(topic: string, partition: number, messages: number): void;
  /** A batch was settled; the time includes retries. */
  handled?(topic: string, messages: number, durationMs: number): void;
  /** A batch failed and will be handed over again. */
  retried?(topic: string, code: string): void;
  /** A message went to the dead letters. */
  parked?(topic: string, code: string): void;
  /** The group's membership or assignment changed. */
  rebalanced?(): void;
}

export interface ProducerMetrics {
  /** A request was acknowledged by all in-sync replicas. */
  sent?(topic: string, messages: number, bytes: number, durationMs: number): void;
  /** A request failed and will be repeated, or was given up. */
  failed?(topic: string, code: string): void;
}

/** Hooks that are all there and cannot throw into the work that they observe. */
export function safeConsumerMetrics(metrics: ConsumerMetrics | undefined, logger: Logger): Required<ConsumerMetrics> {
  return {
    lag: safely((...args) => metrics?.lag?.(...args), logger),
    handled: safely((...args) => metrics?.handled?.(...args), logger),
    retried: safely((...args) => metrics?.retried?.(...args), logger),
    parked: safely((...args) => metrics?.parked?.(...args), logger),
    rebalanced: safely(() => metrics?.rebalanced?.(), logger),
  };
}

export function safeProducerMetrics(metrics: ProducerMetrics | undefined, logger: Logger): Required<ProducerMetrics> {
  return {
    sent: safely((...args) => metrics?.sent?.(...args), logger),
    failed: safely((...args) => metrics?.failed?.(...args), logger),
  };
}

function safely<Args extends unknown[]>(hook: (...args: Args) => void, logger: Logger): (...args: Args) => void {
  return (...args) => {
    try {
      hook(...args);
    } catch (error) {
      logger.warn({ error: describeError(error) }, 'a metrics hook failed');
    }
  };
}
