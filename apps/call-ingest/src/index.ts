/** For tests/bench only: the Kafka door as a function, bytes in → records out. Everything else is the service's own. */
export { takeKafkaBatch, type DoorContext, type KafkaBatch } from './intake/take.js';
export { Intake } from './intake/intake.js';
