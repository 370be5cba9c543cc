/** Times and sizes of a consumer. The defaults fit a service that writes batches to Postgres. */
export interface ConsumerTuning {
  /** The broker gives our partitions to others when it has not heard of us for this long. */
  readonly sessionTimeoutMs?: number;
  /** How long the group waits for its members to rejoin. */
  readonly rebalanceTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  /** Long poll of an idle fetch; also the longest pause between the end of a slow batch and the next one. */
  readonly maxWaitMs?: number;
  readonly maxBytesPerPartition?: number;
  /** How long a batch keeps the fetch loop waiting before its partition is paused and the others go on. */
  readonly holdMs?: number;
  /** Batches of different partitions in work at once; beyond it they queue, for at most holdMs. Default 32. */
  readonly batchesAtOnce?: number;
  /** How long a consumer that has caught up lets messages gather at most: see {@link gatheringTime}. Default 0: not at all. */
  readonly gatherMs?: number;
  /** One attempt of a handler; then its signal aborts and it is called again. */
  readonly handlerTimeoutMs?: number;
  /** A handler that goes on this long after its abort makes the consumer unready. */
  readonly handlerGraceMs?: number;
  /** First wait after a retryable failure; doubles from there. */
  readonly retryInitialMs?: number;
  readonly retryMaxMs?: number;
  /** Unready for this long without a break: onCannotConsume. */
  readonly cannotConsumeAfterMs?: number;
}

const defaults: Required<ConsumerTuning> = {
  // A member that was killed, and every member after a killed broker, is waited for as long as its old session lasts, and
  // its partitions stand still meanwhile. Heartbeats and rejoining do not wait for handlers here, so short costs nothing.
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 10_000,
  heartbeatIntervalMs: 1_000,
  maxWaitMs: 200,
  maxBytesPerPartition: 1_048_576,
  holdMs: 300,
  batchesAtOnce: 32,
  gatherMs: 0,
  handlerTimeoutMs: 120_000,
  handlerGraceMs: 15_000,
  retryInitialMs: 250,
  retryMaxMs: 30_000,
  cannotConsumeAfterMs: 120_000,
};

/** @throws when heartbeats could not keep the session alive */
export function resolveTuning(tuning: ConsumerTuning): Required<ConsumerTuning> {
  const resolved = { ...defaults, ...tuning };
  if (resolved.heartbeatIntervalMs * 2 >= resolved.sessionTimeoutMs) {
    throw new RangeError('heartbeatIntervalMs must be less than half of sessionTimeoutMs');
  }
  return resolved;
}
