import { type Logger } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { holdDeliveries } from '../held/held-deliveries.js';
import { type Delivery } from '../intake/delivery.js';
import { type Intake } from '../intake/intake.js';
import { type IntakeProducer } from '../kafka/intake-producer.js';

/** A PBX waits for its answer: longer than this for Kafka, and the delivery goes to Postgres instead. */
const PRODUCE_WITHIN_MS = 1_000;

export type Stored = 'produced' | 'held' | 'nowhere';

/**
 * Makes a delivery durable before it is answered: in Kafka, else raw in Postgres. A produce whose answer stayed out may
 * have happened; relaying it again repeats the same ids.
 */
export class DurableStore {
  constructor(
    private readonly producer: IntakeProducer,
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  async store(delivery: Delivery, intake: Intake): Promise<Stored> {
    try {
      await this.producer.store(intake, PRODUCE_WITHIN_MS);
      return 'produced';
    } catch (error) {
      this.logger.warn({ err: error, sourceId: delivery.sourceId }, 'Kafka did not take a delivery in time');
    }
    try {
      const accountId = delivery.cabinet?.accountId ?? null;
      await holdDeliveries(this.dataSource, 'broker_away', [{ delivery, accountId }], 0);
      return 'held';
    } catch (error) {
      this.logger.error({ err: error, sourceId: delivery.sourceId }, 'a delivery could not be stored');
      return 'nowhere';
    }
  }
}
