import {
  databaseConfig,
  internalKey,
  kafkaConfig,
  logLevel,
  portConfig,
  readConfig,
  tracesEndpoint,
  variable,
  wholeNumber,
  type ConfigOf,
} from '@perezvon/service';

const shape = {
  kafka: kafkaConfig,
  database: databaseConfig('decision-engine'),
  port: portConfig('DECISION_ENGINE_PORT', 3002),
  logLevel,
  tracesEndpoint,
  /** Asked of whoever asks `POST /v1/route`. */
  internalKey,
  /** Routing questions per second and PBX source, on average (R13). */
  routesPerSecond: variable('DECISION_ENGINE_ROUTE_RPS', wholeNumber(1, 100_000).default(500)),
  /** Seconds for which one look at amoCRM answers known/unknown for a phone (R5). */
  CLIENT_FRESH_SEC: wholeNumber(0, 86_400).default(60),
};

export type Config = ConfigOf<typeof shape>;

/** @throws ConfigError with every problem of the environment at once */
export const configFrom = (env: NodeJS.ProcessEnv): Config => readConfig(shape, env);
