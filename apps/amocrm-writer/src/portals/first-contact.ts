import type { AmocrmClient } from '@perezvon/amocrm';
import { laneName } from '../lanes/lane-name.js';
import { NoCredentials } from '../lanes/lane-requests.js';
import type { TurnTools } from '../lanes/turn-tools.js';
import type { PortalRow } from './portal.js';
import { stoppingOf } from './portal-stop.js';

/** After an answer that says nothing about the portal. */
const retryMs = 30_000;

/**
 * `GET /account` of a portal whose amoCRM account is not known yet: which lane it belongs to. The only request outside of
 * a lane's budget; one per portal at a time, none where another portal of the customer has a lane at this address, and a
 * lane that it opens begins with a pause. Two addresses of one account (a renamed subdomain), or two customers with one
 * account, can still meet here: one request over the budget.
 */
export async function meetPortal(
  tools: TurnTools,
  portal: PortalRow,
  clientOf: (portal: PortalRow) => AmocrmClient,
): Promise<void> {
  const { portals, clock, log } = tools;
  const names = { accountId: portal.accountId, portalId: portal.portalId };
  try {
    const shared = await portals.laneOfUrl(portal.accountId, portal.url);
    if (shared !== null) {
      await portals.joinLane(portal.portalId, shared);
      log.info({ ...names, lane: shared }, 'portal joins the lane of its address');
      return;
    }
    const client = clientOf(portal);
    const account = await client.account();
    switch (account.kind) {
      case 'done': {
        const lane = laneName(client.origin, account.value.id);
        await portals.joinLane(portal.portalId, lane);
        log.info({ ...names, lane }, 'portal met');
        return;
      }
      case 'stop_portal': {
        const stop = stoppingOf(account);
        log.warn({ ...names, stop: stop.reason, cause: stop.cause }, 'portal stopped');
        return await portals.stop(portal, stop, clock.now());
      }
      case 'rejected':
        log.warn({ ...names, reason: account.reason }, 'account cannot be read');
        return await portals.stop(
          portal,
          { reason: account.reason === 'forbidden' ? 'no_rights' : 'not_found' },
          clock.now(),
        );
      case 'retry':
        log.warn({ ...names, reason: account.reason }, 'portal not reached');
        return await portals.notReached(
          portal.portalId,
          account.reason,
          clock.now() + Math.max(account.afterMs ?? 0, retryMs),
        );
    }
  } catch (error) {
    if (error instanceof NoCredentials) {
      return await portals.stop(portal, { reason: 'no_credentials' }, clock.now());
    }
    // Such as an address outside the allow-list: nothing was sent, and trying again every moment would not mend it.
    log.error({ ...names, err: error }, 'portal cannot be met');
    await portals.stop(portal, { reason: 'not_found' }, clock.now());
  }
}
