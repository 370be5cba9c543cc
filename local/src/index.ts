export { type EmbeddedKafka, type KafkaOptions, startKafka } from './kafka/start-kafka.js';
export { type EmbeddedPostgres, type PostgresOptions, startPostgres } from './postgres/start-postgres.js';
export { PortInUseError, freePort } from './embedded/ports.js';
export { announcement } from './start/announcement.js';
export { type Ports, freePorts, portVariables } from './start/ports.js';
export { Progress } from './start/progress.js';
export { type RunningStack, Stack } from './start/stack.js';
