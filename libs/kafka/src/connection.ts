import kafkajs, { type Kafka, type KafkaConfig, type LogEntry, type SASLOptions } from 'kafkajs';
import { type Logger } from './logger.js';
import { Sockets } from './sockets.js';

export interface KafkaConnection {
  /** `host:port` of some brokers of the cluster. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: boolean;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

const CONNECTION_TIMEOUT_MS = 3_000;
/** A broker that is dead but not closed is noticed after this; kafkajs lengthens it itself for joins and long polls. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * All values are given: kafkajs has other defaults when NODE_ENV is "test". Few attempts, because whoever calls (the
 * producer's outbox, the consumer's supervisor) repeats by itself and must stay able to give up.
 */
export const kafkajsRetry = { initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 4 };

export interface Client {
  readonly kafka: Kafka;
  /** Ends whatever the client still does, when it did not disconnect in its time. */
  abandon(): void;
}

export function createClient(connection: KafkaConnection, logger: Logger): Client {
  const sockets = new Sockets(connection.ssl ?? false);
  const config: KafkaConfig = {
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    ssl: connection.ssl ?? false,
    socketFactory: sockets.factory,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    retry: kafkajsRetry,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => (entry) => forward(entry, logger),
  };
  if (connection.sasl !== undefined) config.sasl = saslOptions(connection.sasl);
  return { kafka: new kafkajs.Kafka(config), abandon: () => sockets.close() };
}

function saslOptions(sasl: NonNullable<KafkaConnection['sasl']>): SASLOptions {
  const { username, password } = sasl;
  switch (sasl.mechanism) {
    case 'plain':
      return { mechanism: 'plain', username, password };
    case 'scram-sha-256':
      return { mechanism: 'scram-sha-256', username, password };
    case 'scram-sha-512':
      return { mechanism: 'scram-sha-512', username, password };
  }
}

/**
 * kafkajs calls errors what it is about to try again, so its errors are warnings here and the rest is detail: what
 * matters to an operator this library logs itself. Only known fields pass: kafkajs adds stacks and payloads.
 */
function forward({ namespace, level, log }: LogEntry, logger: Logger): void {
  const fields: Record<string, unknown> = { component: `kafkajs/${namespace}` };
  for (const name of ['groupId', 'memberId', 'broker', 'topic', 'partition', 'retryCount'] as const) {
    const value: unknown = log[name];
    if (value !== undefined) fields[name] = value;
  }
  if (level === kafkajs.logLevel.ERROR) logger.warn(fields, log.message);
  else logger.debug(fields, log.message);
}
