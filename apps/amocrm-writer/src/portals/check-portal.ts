import type { LaneRequests } from '../lanes/lane-requests.js';
import type { TurnTools } from '../lanes/turn-context.js';
import type { PortalRow } from './portal.js';
import { readDirectory } from './read-directory.js';

/**
 * Reads a portal of a lane anew and publishes it; for a stopped one this is the probe, whose first answer says whether the
 * stop still holds.
 * @throws ReadFailure, NoCredentials
 */
export async function checkPortal(
  { portals, clock, log }: TurnTools,
  requests: LaneRequests,
  portal: PortalRow,
  origin: string,
): Promise<void> {
  const names = { accountId: portal.accountId, portalId: portal.portalId, lane: portal.lane };
  const read = await readDirectory(requests, portal, origin);
  if (read.kind === 'another_account') {
    log.warn(names, 'portal leads to another amoCRM account than its lane');
    await portals.stop(portal, 'not_found', undefined, clock.now());
    return;
  }
  await portals.saveDirectory(portal, read.directory, clock.now());
  log.info(names, 'portal read');
}
