/**
 * Baseline: a pg-boss job with plain retry. A job that throws, or whose worker died, is run again from its beginning.
 */
import PgBoss from 'pg-boss';
import { baselineQueue, writeCall, type BaselineCall } from './portal-calls.js';

const { DATABASE_URL: connectionString = '', INTERNAL_API_KEY: token = '' } = process.env;
const PARALLEL = 8;

const boss = new PgBoss({ connectionString, maintenanceIntervalSeconds: 2 });
boss.on('error', () => undefined); // told by the job's state
await boss.start();
await Promise.all(
  Array.from({ length: PARALLEL }, () =>
    boss.work<BaselineCall>(baselineQueue, { pollingIntervalSeconds: 0.5 }, async ([job]) => {
      if (job !== undefined) await writeCall(job.data, token);
    }),
  ),
);
