import { z } from 'zod';
import { type Fragment, group, variable } from './config.js';

export interface KafkaConfig {
  readonly brokers: string[];
  readonly ssl: boolean;
  readonly sasl?: KafkaSasl;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface DatabaseConfig {
  readonly url: string;
  /** Connections that one process may hold. */
  readonly poolSize: number;
  readonly statementTimeoutMs: number;
}

/** A comma list without blanks and empty members. */
export function commaList<Item extends z.ZodType<unknown, string>>(item: Item): z.ZodType<z.output<Item>[], string> {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));
}

/** A whole number written in digits. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
}

const broker = z.string().regex(/^[^\s:]+:\d{1,5}$/, 'each broker must be host:port');
const switchedOn = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');
const saslMechanism = z.enum(['plain', 'scram-sha-256', 'scram-sha-512'], {
  error: 'must be plain, scram-sha-256 or scram-sha-512',
});

/** `KAFKA_BROKERS`, `KAFKA_SSL`, `KAFKA_SASL_MECHANISM`, `KAFKA_SASL_USERNAME`, `KAFKA_SASL_PASSWORD`. */
export const kafkaConfig: Fragment<KafkaConfig> = group(
  {
    KAFKA_BROKERS: commaList(broker).meta({ example: 'kafka-1:9092,kafka-2:9092' }),
    KAFKA_SSL: switchedOn.default(false),
    KAFKA_SASL_MECHANISM: saslMechanism.optional(),
    KAFKA_SASL_USERNAME: z.string().optional(),
    KAFKA_SASL_PASSWORD: z.string().optional(),
  },
  (env) => {
    const base = { brokers: env.KAFKA_BROKERS, ssl: env.KAFKA_SSL };
    const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = env;
    if (mechanism === undefined && username === undefined && password === undefined) return { value: base };
    if (mechanism === undefined || username === undefined || password === undefined) {
      const missing = Object.entries({
        KAFKA_SASL_MECHANISM: mechanism,
        KAFKA_SASL_USERNAME: username,
        KAFKA_SASL_PASSWORD: password,
      }).filter(([, value]) => value === undefined);
      return {
        problems: missing.map(([name]) => ({ variable: name, problem: 'is not set, but other KAFKA_SASL_* are' })),
      };
    }
    return { value: { ...base, sasl: { mechanism, username, password } } };
  },
);

/**
 * The service's own `<SERVICE>_DATABASE_URL` if set, else `DATABASE_URL`; `DATABASE_POOL_SIZE` (default 10),
 * `DATABASE_STATEMENT_TIMEOUT_MS` (default 30 000).
 */
export function databaseConfig(service: string): Fragment<DatabaseConfig> {
  const own = `${service.toUpperCase().replaceAll('-', '_')}_DATABASE_URL`;
  const url = z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/, 'must be a postgres:// address')
    .meta({ example: 'postgres://user:password@db:5432/perezvon' });
  return group(
    {
      own: variable(own, url.optional()),
      shared: variable('DATABASE_URL', url.optional()),
      poolSize: variable('DATABASE_POOL_SIZE', wholeNumber(1, 1_000).default(10)),
      statementTimeoutMs: variable('DATABASE_STATEMENT_TIMEOUT_MS', wholeNumber(100, 3_600_000).default(30_000)),
    },
    ({ own: ownUrl, shared, poolSize, statementTimeoutMs }) => {
      const chosen = ownUrl ?? shared;
      if (chosen !== undefined) return { value: { url: chosen, poolSize, statementTimeoutMs } };
      const example = 'postgres://user:password@db:5432/perezvon';
      return { problems: [{ variable: 'DATABASE_URL', problem: `is not set, and neither is ${own}`, example }] };
    },
  );
}

/** A port to listen on; 0 lets the system choose one (tests). */
export function portConfig(name: string, byDefault: number): Fragment<number> {
  return variable(name, wholeNumber(0, 65_535).default(byDefault));
}

/** `LOG_LEVEL`, default `info`. */
export const logLevel = variable(
  'LOG_LEVEL',
  z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').meta({ example: 'info' }),
);

/** `INTERNAL_API_KEY`: what the services' internal HTTP APIs ask of each other. */
export const internalKey = variable(
  'INTERNAL_API_KEY',
  z.string().min(16, 'must have at least 16 characters').meta({ example: '<output of: openssl rand -hex 32>' }),
);

export interface AmocrmIntegration {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Exactly as it is registered with amoCRM. */
  readonly redirectUri: string;
}

/**
 * `AMOCRM_CLIENT_ID`, `AMOCRM_CLIENT_SECRET`, `AMOCRM_REDIRECT_URI`: all of them or none. Without them portals work with
 * long-lived tokens only.
 */
export const amocrmIntegration: Fragment<AmocrmIntegration | undefined> = group(
  {
    AMOCRM_CLIENT_ID: z.string().optional(),
    AMOCRM_CLIENT_SECRET: z.string().optional(),
    AMOCRM_REDIRECT_URI: z.url('must be a URL').optional(),
  },
  (env) => {
    const { AMOCRM_CLIENT_ID: clientId, AMOCRM_CLIENT_SECRET: clientSecret, AMOCRM_REDIRECT_URI: redirectUri } = env;
    if (clientId === undefined && clientSecret === undefined && redirectUri === undefined) return { value: undefined };
    if (clientId === undefined || clientSecret === undefined || redirectUri === undefined) {
      const missing = Object.entries(env).filter(([, value]) => value === undefined);
      return {
        problems: missing.map(([name]) => ({ variable: name, problem: 'is not set, but other AMOCRM_* of OAuth are' })),
      };
    }
    return { value: { clientId, clientSecret, redirectUri } };
  },
);

/** `OTEL_EXPORTER_OTLP_ENDPOINT`; unset: no traces. */
export const tracesEndpoint = variable(
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  z.url('must be a URL').optional().meta({ example: 'http://otel-collector:4318' }),
);
