import { afterAll, afterEach, beforeAll, describe, it } from '@jest/globals';
import { startEmulator, type RunningEmulator } from '@perezvon/amocrm-emulator';
import { createAmocrmClient, type AmocrmClient } from '../index.js';
import { ScriptedPortal } from '../testing/scripted-portal.js';
import { failedWrites, lookedAt, reads, writes, type Behaviour } from './client-behaviours.js';

const behaviours = [...reads, ...writes, ...failedWrites, ...lookedAt];
const token = 'token-of-the-specs';

let client: AmocrmClient;
const open = (url: string): AmocrmClient =>
  createAmocrmClient({ baseUrl: url, extraOrigins: [url], token: () => Promise.resolve(token) });

describe('against answers recorded from the reference', () => {
  let portal: ScriptedPortal;
  afterEach(async () => {
    client.close();
    await portal.stop();
  });

  it.each(behaviours)('$what', async ({ recorded, check }: Behaviour) => {
    portal = await ScriptedPortal.start([...recorded]);
    client = open(portal.origin);
    await check(client);
  });
});

describe('against the emulator', () => {
  let emulator: RunningEmulator;
  beforeAll(async () => {
    const settings = { listingLagMs: 0, requestsPerSecond: 1_000, accountRequestsPerSecond: 1_000 };
    emulator = await startEmulator({ token, settings });
  });
  afterEach(() => {
    client.close();
    emulator.control.reset();
  });
  afterAll(() => emulator.stop());

  it.each(behaviours)('$what', async ({ arrange, check }: Behaviour) => {
    arrange?.(emulator);
    client = open(emulator.url);
    await check(client);
  });
});
