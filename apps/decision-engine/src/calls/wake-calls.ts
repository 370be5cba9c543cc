import { isRetryable } from '@perezvon/postgres';
import type { AdvanceCalls } from './advance-calls.js';
import type { CallsToWake } from './calls-to-wake.js';

const PUT_OFF_MS = 3_600_000;

export interface WakeLogger {
  error(fields: object, message: string): void;
}

/**
 * Advances calls around which something has changed: together, and one by one if that fails. A call that cannot be
 * advanced (settings that no rule can be followed by) must not keep those of other accounts waiting: it is put off for an
 * hour and named.
 */
export class WakeCalls {
  constructor(
    private readonly callsToWake: Pick<CallsToWake, 'putOff'>,
    private readonly advanceCalls: Pick<AdvanceCalls, 'again'>,
    private readonly logger: WakeLogger,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /** @throws what Postgres may do better the next time: the calls are to be found again then */
  async all(callIds: readonly string[]): Promise<void> {
    try {
      await this.advanceCalls.again(callIds);
    } catch (error) {
      if (isRetryable(error)) throw error;
      await this.oneByOne(callIds);
    }
  }

  async oneByOne(callIds: readonly string[]): Promise<void> {
    for (const callId of callIds) {
      try {
        await this.advanceCalls.again([callId]);
      } catch (error) {
        if (isRetryable(error)) throw error;
        await this.callsToWake.putOff(callId, new Date(this.clock().getTime() + PUT_OFF_MS));
        this.logger.error({ callId, err: error }, 'a call cannot be advanced; tried again in an hour');
      }
    }
  }
}
