import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localDir } from '../paths.js';
import { type RunningStack } from './stack.js';
import { localUrl } from './services.js';

/** Where scripts find the running stack (interfaces.md, Start and stop); it holds keys, so it is for its owner only. */
const FILE = join(localDir, 'access.json');

export async function createAccessFile({ facts, demo, newcomer }: RunningStack): Promise<void> {
  const { ports } = facts;
  const access = {
    pageUrl: localUrl(ports, 'settingsApi'),
    settingsApiUrl: localUrl(ports, 'settingsApi'),
    callIngestUrl: localUrl(ports, 'callIngest'),
    decisionEngineUrl: localUrl(ports, 'decisionEngine'),
    emulatorUrl: localUrl(ports, 'amocrmEmulator'),
    kafkaBrokers: facts.kafkaBrokers,
    databaseUrl: facts.databaseUrl,
    platformAdminApiKey: facts.secrets.platformAdminApiKey,
    demoAccountId: demo.accountId,
    demoApiKey: demo.accountApiKey,
    login: demo.login,
    password: demo.password,
    newcomerLogin: newcomer.login,
    newcomerPassword: newcomer.password,
  };
  await writeFile(FILE, `${JSON.stringify(access, undefined, 2)}\n`, { mode: 0o600 });
}

export async function removeAccessFile(): Promise<void> {
  await rm(FILE, { force: true });
}
