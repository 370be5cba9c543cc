import { loadLocal } from './servers.mjs';

/**
 * Sees that every spec finds a real Kafka in TEST_KAFKA_BROKERS (host:port) and a real PostgreSQL in TEST_DATABASE_URL
 * (superuser, maintenance database). What the environment already names is used as it is; `npm test` names one pair
 * for all projects.
 */
export default async function globalSetup() {
  const started = [];
  globalThis.perezvonTestServers = started;
  const { TEST_KAFKA_BROKERS, TEST_DATABASE_URL } = process.env;
  if (TEST_KAFKA_BROKERS && TEST_DATABASE_URL) return;

  const { startKafka, startPostgres } = await loadLocal();
  const starting = [];
  if (!TEST_KAFKA_BROKERS) starting.push(startKafka().then(useKafka));
  if (!TEST_DATABASE_URL) starting.push(startPostgres({ isDurable: false }).then(usePostgres));
  await Promise.all(starting);

  function useKafka(kafka) {
    started.push(kafka);
    process.env.TEST_KAFKA_BROKERS = kafka.brokers;
  }
  function usePostgres(postgres) {
    started.push(postgres);
    process.env.TEST_DATABASE_URL = postgres.url;
  }
}
