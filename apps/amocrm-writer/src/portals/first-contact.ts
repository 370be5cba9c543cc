import { NotAnAccountAddress, type AmocrmClient } from '@perezvon/amocrm';
import { laneName } from '../lanes/lane-name.js';
import { NoCredentials } from '../lanes/lane-requests.js';
import type { TurnTools } from '../lanes/turn-tools.js';
import type { PortalRow } from './portal.js';
import { stoppingOf } from './portal-stop.js';

/** After an answer that says nothing about the portal. */
const retryMs = 30_000;

/**
 * `GET /account` of a portal whose amoCRM account is not known yet: which lane it belongs to. The only request outside of
 * a lane's budget; one per portal at a time, and a lane that it opens begins with a pause. A second portal of an account
 * that has a lane already is one request over the budget.
 *
 * Only amoCRM's own answer leads into a lane: an address is no secret and proves nothing, and a lane opens what amoCRM told
 * of its clients.
 */
export async function meetPortal(
  { portals, clock, log }: Pick<TurnTools, 'portals' | 'clock' | 'log'>,
  portal: PortalRow,
  clientOf: (portal: PortalRow) => AmocrmClient,
): Promise<void> {
  const names = { accountId: portal.accountId, portalId: portal.portalId };
  const notReached = (reason: string, afterMs = 0): Promise<void> =>
    portals.notReached(portal.portalId, reason, clock.now() + Math.max(afterMs, retryMs));
  try {
    const client = clientOf(portal);
    const account = await client.account();
    switch (account.kind) {
      case 'done': {
        const lane = laneName(client.origin, account.value.id);
        await portals.joinLane(portal, lane);
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
        return await notReached(account.reason, account.afterMs);
    }
  } catch (error) {
    if (error instanceof NoCredentials) {
      return await portals.stop(portal, { reason: 'no_credentials' }, clock.now());
    }
    if (error instanceof NotAnAccountAddress) {
      log.warn({ ...names, err: error }, 'nothing is sent to this address');
      return await portals.stop(portal, { reason: 'not_found' }, clock.now());
    }
    // A defect of ours, or Postgres is away: it says nothing of the portal.
    log.error({ ...names, err: error }, 'portal could not be met');
    await notReached('writer_failed');
  }
}
