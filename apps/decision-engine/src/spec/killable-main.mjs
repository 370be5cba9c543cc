/**
 * The engine as a process that a spec can kill at a named instant: `PEREZVON_KILL_AT=events:saved`. Not part of the
 * product: `main.ts` has no such switch.
 */
import { runMain } from '@perezvon/service';
import { configFrom } from '../../dist/config.js';
import { startDecisionEngine } from '../../dist/start.js';

const killAt = process.env.PEREZVON_KILL_AT;
const at = (point) => {
  if (point === killAt) process.kill(process.pid, 'SIGKILL');
};
// A dead member is missed after two seconds, so that its successor need not wait longer.
const tuning = { sessionTimeoutMs: 2_000, rebalanceTimeoutMs: 4_000, heartbeatIntervalMs: 300 };
await runMain('decision-engine', () => startDecisionEngine(configFrom(process.env), { at, tuning }));
