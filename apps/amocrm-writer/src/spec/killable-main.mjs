/**
 * The writer as a process that a spec can kill at a named instant: `PEREZVON_KILL_AT=intent_committed`. Not part of the
 * product: `main.ts` has no such switch.
 */
import { runMain } from '@perezvon/service';
import { readWriterConfig } from '../../dist/config.js';
import { startAmocrmWriter } from '../../dist/start.js';

const killAt = process.env.PEREZVON_KILL_AT;
const kill = (point) => {
  if (point === killAt) process.kill(process.pid, 'SIGKILL');
};
await runMain('amocrm-writer', () => startAmocrmWriter(readWriterConfig(), undefined, kill));
