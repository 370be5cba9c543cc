import { runMain } from '@perezvon/service';
import { readCallIngestConfig } from './config.js';
import { startCallIngest } from './start.js';

await runMain('call-ingest', () => startCallIngest(readCallIngestConfig()));
