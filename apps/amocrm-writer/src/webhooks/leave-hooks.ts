import { NotAnAccountAddress } from '@perezvon/amocrm';
import { NoCredentials } from '../lanes/lane-requests.js';
import type { Turn } from '../lanes/turn-context.js';
import type { PortalRow } from '../portals/portal.js';

/**
 * Unsubscribes our hooks of a portal that somebody is about to delete, whatever their secret. Best effort: what amoCRM
 * refuses now is told to whoever waits, and is not tried again: the token is gone then.
 */
export async function leaveHooks({ tools, requests }: Turn, portal: PortalRow): Promise<void> {
  await tools.portals.saveLeave(portal.portalId, await takeAway({ requests }, portal));
}

/** @returns why they are still there; null = they are not */
async function takeAway({ requests }: Pick<Turn, 'requests'>, portal: PortalRow): Promise<string | null> {
  const own = `/v1/amocrm/${portal.portalId}/`;
  try {
    const listed = await requests.send(portal, (client, options) => client.webhooks(options));
    if (listed.kind !== 'done') return listed.reason;
    for (const hook of listed.value.filter(({ destination }) => destination.includes(own))) {
      const gone = await requests.send(portal, (client, options) =>
        client.unsubscribeWebhook(hook.destination, options),
      );
      if (gone.kind !== 'done') return gone.reason;
    }
    return null;
  } catch (error) {
    if (error instanceof NoCredentials || error instanceof NotAnAccountAddress) return error.code;
    throw error;
  }
}
