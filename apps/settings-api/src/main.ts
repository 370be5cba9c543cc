import { runMain } from '@perezvon/service';
import { readSettingsApiConfig } from './config.js';
import { startSettingsApi } from './start.js';

await runMain('settings-api', () => startSettingsApi(readSettingsApiConfig()));
