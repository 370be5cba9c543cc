import { afterEach } from '@jest/globals';
import { createAmocrmClient, type AmocrmClient } from '../client.js';
import { ScriptedPortal, type Step } from './scripted-portal.js';

export interface ScriptedClient {
  portal: ScriptedPortal;
  client: AmocrmClient;
}

const opened: ScriptedClient[] = [];
afterEach(async () => {
  for (const { portal, client } of opened.splice(0)) {
    client.close();
    await portal.stop();
  }
});

/** A client and the portal that will answer it so, one step a request; closed after the spec. */
export async function openScriptedClient(steps: readonly Step[]): Promise<ScriptedClient> {
  const portal = await ScriptedPortal.start([...steps]);
  const client = createAmocrmClient({
    baseUrl: portal.origin,
    extraOrigins: [portal.origin],
    token: () => Promise.resolve('token'),
  });
  opened.push({ portal, client });
  return { portal, client };
}
