/**
 * The engine's stream as a process that a spec can kill at a named instant: `PEREZVON_KILL_AT=events:saved`. Not part of
 * the product: `stream/main.ts` has no such switch. Nobody asks it for a route, so it has no door.
 */
import { runMain } from '@perezvon/service';
import { configFrom } from '../../dist/config.js';
import { startStream } from '../../dist/stream/start-stream.js';

const killAt = process.env.PEREZVON_KILL_AT;
const at = (point) => {
  if (point === killAt) process.kill(process.pid, 'SIGKILL');
};
// A dead member is missed after two seconds, so that its successor need not wait longer.
const tuning = { sessionTimeoutMs: 2_000, rebalanceTimeoutMs: 4_000, heartbeatIntervalMs: 300 };
await runMain('decision-engine', () => startStream(configFrom(process.env), { at, tuning }));
