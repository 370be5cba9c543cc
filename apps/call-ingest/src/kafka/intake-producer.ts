import { calls, rejectedCallEvents } from '@perezvon/contracts';
import { type KafkaProducer } from '@perezvon/kafka';
import { type Intake } from '../intake/intake.js';

/** Stores an intake's records: resolves when all of them are acknowledged by all in-sync replicas. */
export class IntakeProducer {
  constructor(private readonly producer: Pick<KafkaProducer, 'sendRaw'>) {}

  async store(intake: Intake, timeoutMs: number): Promise<void> {
    await Promise.all([
      this.producer.sendRaw(calls.topic, intake.calls, { timeoutMs }),
      this.producer.sendRaw(rejectedCallEvents.topic, intake.rejected, { timeoutMs }),
    ]);
  }
}
