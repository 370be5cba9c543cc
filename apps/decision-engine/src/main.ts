import { runMain } from '@perezvon/service';
import { configFrom } from './config.js';
import { startDecisionEngine } from './start.js';

await runMain('decision-engine', () => startDecisionEngine(configFrom(process.env)));
