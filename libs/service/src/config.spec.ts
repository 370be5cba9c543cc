import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  amocrmIntegration,
  ConfigError,
  databaseConfig,
  internalKey,
  kafkaConfig,
  logLevel,
  portConfig,
  readConfig,
} from './index.js';

const shape = {
  kafka: kafkaConfig,
  database: databaseConfig('call-ingest'),
  port: portConfig('CALL_INGEST_PORT', 3001),
  logLevel,
  internalKey,
  PUBLIC_URL: z.url('must be a URL').meta({ example: 'https://calls.example.org' }),
};
const good = {
  KAFKA_BROKERS: 'a:9092, b:9093',
  DATABASE_URL: 'postgres://u:p@db/x',
  INTERNAL_API_KEY: 'k'.repeat(32),
  PUBLIC_URL: 'https://calls.example.org',
};
const problemsOf = (env: Record<string, string>): ConfigError => {
  try {
    readConfig(shape, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('the environment was accepted');
};

describe('readConfig', () => {
  it('gives typed values and defaults', () => {
    expect(readConfig(shape, good)).toEqual({
      kafka: { brokers: ['a:9092', 'b:9093'], ssl: false },
      database: { url: 'postgres://u:p@db/x', poolSize: 10, statementTimeoutMs: 30_000 },
      port: 3001,
      logLevel: 'info',
      internalKey: 'k'.repeat(32),
      PUBLIC_URL: 'https://calls.example.org',
    });
  });

  it('names every variable that is missing or wrong at once, with what is wrong and an example', () => {
    const { problems, message } = problemsOf({
      KAFKA_BROKERS: 'kafka',
      CALL_INGEST_PORT: '70000',
      LOG_LEVEL: 'loud',
      INTERNAL_API_KEY: 'short',
    });
    expect(problems.map((each) => each.variable)).toEqual([
      'KAFKA_BROKERS',
      'DATABASE_URL',
      'CALL_INGEST_PORT',
      'LOG_LEVEL',
      'INTERNAL_API_KEY',
      'PUBLIC_URL',
    ]);
    expect(message).toContain('KAFKA_BROKERS: each broker must be host:port (example: KAFKA_BROKERS=kafka-1:9092');
    expect(message).toContain('CALL_INGEST_PORT: must be a whole number from 0 to 65535');
    expect(message).toContain('PUBLIC_URL: is not set (example: PUBLIC_URL=https://calls.example.org)');
    expect(message).toContain('DATABASE_URL: is not set, and neither is CALL_INGEST_DATABASE_URL');
  });

  it('never repeats a value, which may be a secret', () => {
    const { message } = problemsOf({
      ...good,
      INTERNAL_API_KEY: 'canary-secret',
      DATABASE_URL: 'mysql://canary:pw@db',
    });
    expect(message).toContain('INTERNAL_API_KEY');
    expect(message).not.toContain('canary');
  });

  it('takes an empty variable as not set', () => {
    expect(readConfig(shape, { ...good, CALL_INGEST_PORT: '' }).port).toBe(3001);
    expect(problemsOf({ ...good, PUBLIC_URL: '' }).problems).toMatchObject([{ problem: 'is not set' }]);
  });

  it("prefers the service's own database address, where each has its role", () => {
    const config = readConfig(shape, { ...good, CALL_INGEST_DATABASE_URL: 'postgres://ingest@db/x' });
    expect(config.database.url).toBe('postgres://ingest@db/x');
  });

  it('wants all of SASL or nothing of it', () => {
    expect(problemsOf({ ...good, KAFKA_SASL_USERNAME: 'u' }).problems.map((each) => each.variable)).toEqual([
      'KAFKA_SASL_MECHANISM',
      'KAFKA_SASL_PASSWORD',
    ]);
    const sasl = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };
    expect(readConfig(shape, { ...good, ...sasl, KAFKA_SSL: 'true' }).kafka).toEqual({
      brokers: ['a:9092', 'b:9093'],
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
    });
  });

  it('wants all of the amoCRM integration or nothing of it', () => {
    const own = { amocrm: amocrmIntegration };
    expect(readConfig(own, { AMOCRM_CLIENT_ID: '' })).toEqual({ amocrm: undefined });
    expect(() => readConfig(own, { AMOCRM_CLIENT_ID: 'id' })).toThrow(/AMOCRM_CLIENT_SECRET[^]*AMOCRM_REDIRECT_URI/u);
    const whole = {
      AMOCRM_CLIENT_ID: 'id',
      AMOCRM_CLIENT_SECRET: 's',
      AMOCRM_REDIRECT_URI: 'https://a.example/oauth/amocrm/callback',
    };
    expect(readConfig(own, whole)).toEqual({
      amocrm: { clientId: 'id', clientSecret: 's', redirectUri: 'https://a.example/oauth/amocrm/callback' },
    });
  });
});
