import {
  databaseConfig,
  kafkaConfig,
  logLevel,
  portConfig,
  readConfig,
  tracesEndpoint,
  wholeNumber,
  type ConfigOf,
} from '@perezvon/service';

const shape = {
  kafka: kafkaConfig,
  database: databaseConfig('decision-engine'),
  port: portConfig('DECISION_ENGINE_PORT', 3002),
  logLevel,
  tracesEndpoint,
  /** Seconds for which one look at amoCRM answers known/unknown for a phone (R5). */
  CLIENT_FRESH_SEC: wholeNumber(0, 86_400).default(60),
};

export type Config = ConfigOf<typeof shape>;

/** @throws ConfigError with every problem of the environment at once */
export const configFrom = (env: NodeJS.ProcessEnv): Config => readConfig(shape, env);
