import { runMain } from '@perezvon/service';
import { readWriterConfig } from './config.js';
import { startAmocrmWriter } from './start.js';

await runMain('amocrm-writer', () => startAmocrmWriter(readWriterConfig()));
