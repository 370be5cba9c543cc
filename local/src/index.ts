export { type EmbeddedKafka, type KafkaOptions, startKafka } from './kafka/start-kafka.js';
export { type EmbeddedPostgres, type PostgresOptions, startPostgres } from './postgres/start-postgres.js';
export { PortInUseError, freePort } from './embedded/ports.js';
