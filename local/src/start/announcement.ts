import { localUrl } from './services.js';
import { type RunningStack } from './stack.js';

/** What a person is told once everything runs: where it is, and how to get in. */
export function announcement({ facts, demo, newcomer, emulatorUrl }: RunningStack): string[] {
  const page = localUrl(facts.ports, 'settingsApi');
  return [
    `settings page   ${page}  login ${demo.login}  password ${demo.password}`,
    `                ${page}  login ${newcomer.login}  password ${newcomer.password}  (nothing is set up yet: the page leads)`,
    `settings API    ${page}/api/v1`,
    `amoCRM emulator ${emulatorUrl}  its long-lived token is there under «Интеграции»`,
    `PBX events      ${localUrl(facts.ports, 'callIngest')}/v1/pbx/{sourceId}/…, Kafka ${facts.kafkaBrokers}`,
    `demo account    ${demo.accountId}, its API key is in .local/access.json`,
    'Ctrl-C stops everything',
  ];
}
